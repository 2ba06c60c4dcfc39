from bench.cpu_share import CpuShare
from bench.machine import FLAGS, fingerprint, versions


def test_the_fingerprint_names_the_processor_and_its_vector_extensions():
    machine = fingerprint()
    assert machine.cpu
    assert set(machine.flags) <= set(FLAGS)
    assert machine.cores >= 1
    assert machine.memory_gib > 0
    assert machine.python.startswith("CPython 3.")


def test_versions_name_what_a_frame_passes_through():
    assert {"libzmq", "numpy", "onnxruntime", "pyzmq", "steatoscope"} <= versions().keys()


def test_own_work_is_not_put_down_to_others():
    share = CpuShare()
    start = share.others_pct()
    sum(number * number for number in range(300_000))
    assert 0 <= start <= 100
    assert 0 <= share.others_pct() <= 100
