"""The last stage of a study: figures, models, report and, when all is there, the record."""

from collections.abc import Mapping

import keras
import msgspec

from edge.contract.interval import IntervalTable
from train.atomic import write_whole
from train.cohort import Cohort
from train.record import RECORD_NAME, History, ModelRecord, cohort_used, tools
from train.study.estimates import CNN, ESTIMATES_NAME, Estimates, Side, read_estimates
from train.study.figures import SetFigures, calibrated, measure_set
from train.study.folder import fold_folder
from train.study.networks import Networks
from train.study.record import StudyPart, StudyRecord, checkout, validation_loss
from train.study.report import write_report
from train.study.virtual import rendering

Histories = Mapping[str, list[History]]


def close(
    networks: Networks, unseen: Cohort | None, histories: Histories, carried: int
) -> StudyRecord:
    """Leave the folder as export, evaluate and a reader want it.

    Raises:
        SplitError: frames of one subject are on two sides of a fold.
    """
    # from the table as it is on disk, so that whoever reads it finds the same figures
    estimates = read_estimates(networks.out / ESTIMATES_NAME)
    for number in networks.fold_numbers:
        estimates.sides(number)
    tables = calibrated(estimates)
    sides: tuple[Side, ...] = ("test",) if unseen is None else ("test", "unseen")
    sets = {
        str(side): _measure(networks, estimates.where(fold=carried, side=side), tables)
        for side in sides
    }
    for name in histories:
        kept = fold_folder(networks.out, carried) / f"{name}.keras"
        write_whole(networks.out / kept.name, kept.read_bytes())
    part = StudyPart(
        settings=networks.settings,
        carried_fold=carried,
        folds=[sorted(fold) for fold in networks.folds.folds],
        test=sorted(networks.folds.test),
        virtual=networks.cohort.is_virtual,
        unseen_seed=_seed(unseen),
        histories=dict(histories),
        validation_loss={
            name: [validation_loss(told) for told in folds] for name, folds in histories.items()
        },
        sets=sets,
        intervals=tables,
        checkout=checkout(),
    )
    record = _record(networks, part)
    write_report(networks.out, record, estimates)
    text = msgspec.json.format(msgspec.json.encode(record)) + b"\n"
    write_whole(networks.out / RECORD_NAME, text)
    return record


def _seed(unseen: Cohort | None) -> int | None:
    record = rendering(unseen) if unseen else None
    return record.seed if record else None


def _measure(
    networks: Networks, estimates: Estimates, tables: Mapping[str, IntervalTable]
) -> SetFigures:
    return measure_set(estimates, tables, networks.settings.bootstrap, networks.settings.seed)


def _record(networks: Networks, part: StudyPart) -> StudyRecord:
    cohort, folds = networks.cohort, networks.folds
    tested = part.sets["test"].methods[CNN]
    return StudyRecord(
        measured_on=cohort.record.measured_on(len(folds.test)),
        settings=networks.settings.for_networks(len(cohort.hmrs_pct)),
        cohort=cohort_used(cohort, folds.split(part.carried_fold)),
        models={
            name: ModelRecord(
                file=f"{name}.keras",
                history=told[part.carried_fold - 1],
                test=tested[name].figures,
            )
            for name, told in part.histories.items()
        },
        tools=tools(keras.backend.backend()),
        study=part,
    )
