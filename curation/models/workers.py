"""Signs of life of the workers that run background tasks."""

from django.db import models
from django.utils import timezone


class WorkerHeartbeat(models.Model):
    """A worker, by the name of its process (`curation.lib.processes`), which counts `beats` up while it lives.

    Another worker declares it dead when it has seen the same count for a while: no clock of another host is asked.
    """

    process = models.CharField(primary_key=True, max_length=64)
    beats = models.PositiveBigIntegerField(default=0)
    beat_at = models.DateTimeField(default=timezone.now)
    is_dead = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.process

    @classmethod
    def declared_dead(cls, process: str) -> bool:
        """Whether another worker has declared a process dead."""
        return cls.objects.filter(process=process, is_dead=True).exists()
