"""Lists that are worked through once: from a template, with owner, due date and proof for each line."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User


class ProjectTemplate(models.Model):
    """What belongs to opening a shop, a big promotion, a new colleague."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    words = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class ProjectTemplateItem(models.Model):
    """One line of a template."""

    template = models.ForeignKey(ProjectTemplate, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=40, blank=True, default="")
    text = models.CharField(max_length=200)
    role = models.CharField(max_length=40)
    # Days after the start; before the day that it is about where the template counts backwards.
    due_days = models.SmallIntegerField(default=0)
    needs_proof = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text


class Project(models.Model):
    """One list made of a template."""

    template_code = models.CharField(max_length=40)
    template_name = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    # The day that due dates are counted from.
    starts_on = models.DateField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Why it was given up; empty where it was finished.
    given_up = models.CharField(max_length=200, blank=True, default="")
    # What it is about and the page that tells of it, where it grew out of one; else empty.
    subject = models.CharField(max_length=80, blank=True, default="")
    url = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            # Serves the page of the subject, too.
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(closed_at__isnull=True) & ~Q(subject=""),
                name="a_subject_has_one_open_project",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProjectItem(models.Model):
    """One line of a project."""

    class State(models.TextChoices):
        OPEN = "open", _("没做")
        DONE = "done", _("做完")
        SKIPPED = "skipped", _("不适用")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=40, blank=True, default="")
    # Which part of the project's subject it is about; else empty.
    subject = models.CharField(max_length=40, blank=True, default="")
    text = models.CharField(max_length=200)
    role = models.CharField(max_length=40)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    needs_proof = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    note = models.CharField(max_length=300, blank=True, default="")
    # Format, names of both files in the vault, size; empty without a picture.
    proof = models.CharField(max_length=200, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            # What is overdue.
            models.Index(fields=["due_on"], condition=Q(state="open"), name="project_item_due_idx"),
        ]

    def __str__(self) -> str:
        return self.text
