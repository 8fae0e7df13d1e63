"""A column for the stored PDF that a revision can give back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0046_words_of_the_newsroom'),
    ]

    operations = [
        migrations.AddField(
            model_name='revision',
            name='pdf',
            field=models.CharField(blank=True, default='', editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('pdf', ''), _negated=True), fields=['pdf'], name='revision_pdf'),
        ),
    ]
