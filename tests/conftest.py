"""The run works in a copy of the checkout. The two clusters are started when a test first asks for one."""

from hypothesis import HealthCheck, settings
from support.checkout import move_in
from support.clusters import int_cluster, prod_cluster

__all__ = ["int_cluster", "prod_cluster"]

# How long an example takes says how busy the machine is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
move_in()
