"""Engines of a bundle's networks, built into the folder where the daemon looks for them."""

from pathlib import Path

from edge.contract.bundle import Bundle, BundleError
from edge.contract.grading import PAIR, VIEWS
from edge.contract.variant import Precision
from edge.engines import key_here, mark_complete
from edge.providers import candidates
from edge.runner_sessions import import_runtime, open_session
from export.steps import Steps


def build(bundle: Bundle, precision: Precision, root: Path, steps: Steps) -> Path:
    """Build the engines of all three networks; gives their folder under `root`.

    Raises:
        BundleError: the bundle does not have the precision.
        ProviderError: there is no TensorRT, no GPU, or a network cannot be built for it.
    """
    if precision not in bundle.manifest.variants:
        has = ", ".join(bundle.manifest.variants)
        raise BundleError(f"precision {precision}: {bundle.manifest.name} has {has} only")
    ort = import_runtime()
    candidates("tensorrt", ort.get_available_providers())
    key = key_here(ort.__version__, bundle.sha256, precision)
    folder = root / key.folder_name
    folder.mkdir(parents=True, exist_ok=True)
    models = (*VIEWS, PAIR)
    with steps.step(f"building {precision} engines for {key.gpu}", len(models)) as done:
        for model in models:
            open_session(
                bundle.model(model, precision), "tensorrt", precision=precision, engines=folder
            )
            done()
    mark_complete(folder, key)
    return folder
