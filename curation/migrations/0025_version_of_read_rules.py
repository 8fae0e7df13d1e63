"""Documents know the version of the rules by which their files were read; other rules have them read again."""

from django.db import migrations, models

#: The version of the rules at the time of this migration: it has no file read again that has not changed.
READ_SO_FAR = "f275bb3c967b3636"


class Migration(migrations.Migration):
    dependencies = [("curation", "0024_former_names")]

    operations = [
        migrations.AddField(
            "sourcedocument",
            "rules_version",
            models.CharField(
                blank=True,
                default=READ_SO_FAR,
                help_text="The version of the read rules by which it was read.",
                max_length=16,
            ),
            preserve_default=False,
        ),
    ]
