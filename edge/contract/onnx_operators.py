"""The operators that a bundle's network may use.

What a feed-forward network over one image needs: pure functions of their inputs, whose time is
bounded by the graph. Left out on purpose are control flow (a Loop of 2^62 turns never ends), random
numbers (no golden output would hold), strings and sequences, operators whose output is as large as
a number in the graph says (ConstantOfShape, Tile, Range), and every vendor's own domain (their
EPContext reads files).
"""

_NAMES = """
Abs Add And ArgMax AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv
ConvInteger ConvTranspose Cos DepthToSpace DequantizeLinear Div Dropout DynamicQuantizeLinear
Elu Equal Erf Exp Expand Flatten Floor Gather Gelu Gemm GlobalAveragePool GlobalMaxPool Greater
GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization LRN
LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization MatMul
MatMulInteger Max MaxPool Mean Min Mish Mul Neg Not Or PRelu Pad Pow QLinearConv QLinearMatMul
QuantizeLinear Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum
ReduceSumSquare Relu Reshape Resize Round Selu Shape Sigmoid Sign Sin Slice Softmax Softplus
Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Where
"""

OPERATORS = frozenset(_NAMES.split())
"""Operators of the standard domain of ONNX, of any opset from OPSETS."""

OPSETS = range(11, 24)
"""Versions of the standard domain that are taken; the built-in networks have 18."""
