"""What holds for every test: no example of hypothesis is judged by how long it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile("edgecase", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("edgecase")
