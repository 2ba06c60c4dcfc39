"""The paper's own figures. Source: Colantonio et al., section 3, tables 2 and 3."""

from edge.contract.grading import PAIR

VALIDATION_LOSS = {
    "AR": (1.3274, 3.0840, 2.2256, 2.6277),
    "HR": (3.5108, 2.9160, 3.1472, 2.1721),
}
"""Table 2, sets 1 to 4: validation loss, squared percentage points."""

FRAME_RMSE = {"AR": 1.1127, "HR": 1.4476, PAIR: 1.3197}
ERROR_SD = {"AR": 0.7701, "HR": 1.1757, PAIR: 1.1068}
"""Table 3, "Error Std Dev". Of AR's 1.11, 0.77 can be the spread of |error| only, or of the error
beside a bias of 0.80; the paper does not say which."""

R = {"AR": 0.983}
CLASS_ACCURACY = 0.9
"""Of each of the three models, over ten subjects."""
