"""PDFs that bodies linked to once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0050_former_names_of_several_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.CharField(max_length=200)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='former_documents', to='curation.curateditem')),
            ],
            options={
                'indexes': [models.Index(fields=['document'], name='formerdocument_document')],
                'constraints': [models.UniqueConstraint(fields=('item', 'document'), name='formerdocument_unique')],
            },
        ),
    ]
