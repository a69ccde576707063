"""The public fixtures, as another project's conftest would get them."""

from sendas.lab.testing import (
    sendas_environment,
    sendas_lab,
    sendas_running_lab,
    sendas_scene,
)


__all__ = ["sendas_environment", "sendas_lab", "sendas_running_lab", "sendas_scene"]
