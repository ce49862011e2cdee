"""The ingest flow: one run, from the feeds to the warehouse.  Start reading here.

    feeds → due feeds → poll → entries → plan → due pages → fetch ∥ extract ∥ stage → load → check → report

The tasks are few and coarse, and each is one call of a stage (`flows.stages`): Prefect schedules, triggers and
observes a run, and knows nothing of its data.
"""

# Annotations are evaluated here: a Prefect runner sends the flow to its process by value, and there pydantic could
# not resolve a name in a string.
import logging
import os

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

from flows.configuration import IngestParameters, choose_feeds, clock_for, read_configuration
from flows.progress import listener
from flows.report import RunSummary, feed_rows, summary_markdown
from flows.stages import IngestRun, RunRequest

logger = logging.getLogger(__name__)


@flow(name="ingest", validate_parameters=True)
def ingest(parameters: IngestParameters = IngestParameters()) -> RunSummary:  # noqa: B008 - frozen
    """Polls the feeds that are due, acquires their unseen pages and loads everything into the warehouse."""
    with IngestRun(read_request(parameters), clock=clock_for(parameters.now), progress=listener()) as run:
        poll(run)
        plan(run)
        acquire(run)
        load(run)
        check(run)
        return summarise(run)


@task(cache_policy=NO_CACHE)
def poll(run: IngestRun) -> int:
    """Asks the feeds that are due; entries and feed states are staged together."""
    return run.poll()


@task(cache_policy=NO_CACHE)
def plan(run: IngestRun) -> int:
    """Finds the pages that nobody has asked for yet, that are due again, or that changed."""
    return run.plan()


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=5)
def acquire(run: IngestRun) -> int:
    """Fetches, extracts and stages the pages; a retry goes on where the first try stopped."""
    return run.acquire()


@task(cache_policy=NO_CACHE)
def load(run: IngestRun) -> None:
    """Loads what was staged, in one transaction."""
    run.load()


@task(cache_policy=NO_CACHE)
def check(run: IngestRun) -> None:
    """Looks for rows that should not be there; an offence is shown and the load stays."""
    run.check()


@task(cache_policy=NO_CACHE)
def summarise(run: IngestRun) -> RunSummary:
    """Reads back what the run did and leaves it as artifacts."""
    summary = run.summarise()
    try:
        create_table_artifact(key="feeds", table=feed_rows(summary), description="What came of each feed.")
        create_markdown_artifact(key="run", markdown=summary_markdown(summary), description="What came of the run.")
    except Exception:
        # what is loaded is loaded: a server that has gone meanwhile does not make it a failure
        logger.warning("the artifacts of run %s could not be left in Prefect", summary.run_id, exc_info=True)
    return summary


def read_request(parameters: IngestParameters) -> RunRequest:
    """Resolves the parameters: the settings and feeds files are read anew at each run."""
    configuration = read_configuration(
        config=parameters.config, feeds=parameters.feeds, flags={"warehouse": parameters.warehouse}, environ=os.environ
    )
    return RunRequest(
        settings=configuration.settings,
        feeds=choose_feeds(configuration.feeds, parameters.only, configuration.feeds_file),
        trigger=parameters.trigger or _trigger(),
        force=parameters.force,
        wait=parameters.wait,
    )


def _trigger() -> str:
    """Whether a schedule started this run or somebody by hand."""
    context = FlowRunContext.get()
    by_schedule = context is not None and context.flow_run is not None and context.flow_run.auto_scheduled
    return "schedule" if by_schedule else "manual"
