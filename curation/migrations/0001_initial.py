
import curation.models.fields
import curation.models.images
import curation.models.aliases
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pictures.models
import taggit.managers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Offering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=300)),
                ('slug', models.SlugField(help_text='The address: /offering/…/.', max_length=255)),
                ('external_id', models.CharField(blank=True, help_text='Its number where offerings are kept (OpenProject).', max_length=64, verbose_name='external ID')),
                ('description', models.TextField(blank=True, help_text="Shown at the top of the offering's page.")),
                ('url', curation.models.fields.HttpURLField(blank=True, max_length=500, verbose_name='website')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(help_text='As readers see it: “Digital Technology”.', max_length=200)),
                ('slug', models.SlugField(help_text='The address: /topic/…/.', max_length=255)),
                ('description', models.TextField(blank=True, help_text="Shown at the top of the topic's page.")),
            ],
            options={
                'ordering': [django.db.models.functions.text.Lower('vocabulary__name'), django.db.models.functions.text.Lower('label')],
            },
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(help_text='The address: /author/…/.', max_length=255)),
                ('bio', models.TextField(blank=True, help_text="Shown at the top of the author's page.")),
                ('url', curation.models.fields.HttpURLField(blank=True, max_length=500, verbose_name='website')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('slug',), name='author_slug_unique'), models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='author_name_unique', violation_error_message='There is an author of this name already.')],
            },
        ),
        migrations.CreateModel(
            name='Image',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', pictures.models.PictureField(aspect_ratios=[None], breakpoints={'l': 1200, 'm': 992, 's': 768, 'xl': 1400, 'xs': 576}, container_width=1200, file_types=['AVIF', 'WEBP'], grid_columns=3, height_field='height', max_length=200, pixel_densities=[1, 2], upload_to=curation.models.images.image_path, width_field='width')),
                ('sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('width', models.PositiveIntegerField(editable=False)),
                ('height', models.PositiveIntegerField(editable=False)),
                ('format', models.CharField(choices=[('JPEG', 'JPEG'), ('PNG', 'PNG'), ('GIF', 'GIF'), ('WEBP', 'WebP'), ('AVIF', 'AVIF')], editable=False, max_length=4)),
                ('size', models.PositiveBigIntegerField(editable=False, verbose_name='bytes')),
                ('original_name', models.CharField(blank=True, editable=False, max_length=255)),
                ('has_renditions', models.BooleanField(default=False, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('sha256',), name='image_content_unique')],
            },
        ),
        migrations.CreateModel(
            name='CuratedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=500)),
                ('slug', models.SlugField(help_text='The address: /news/…/. Changing it leaves a redirect behind.', max_length=255)),
                ('summary', models.TextField(blank=True, help_text='One to three sentences. Left blank, it is taken from the body.')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('archived', 'Archived')], default='draft', max_length=16)),
                ('published_at', models.DateTimeField(blank=True, help_text='UTC. A time to come: readers see the item from then on.', null=True, verbose_name='publication time')),
                ('source_modified_at', models.DateTimeField(blank=True, null=True, verbose_name='modified at the source')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('source_url', curation.models.fields.HttpURLField(blank=True, max_length=2000, verbose_name='source link')),
                ('source_url_original', curation.models.fields.HttpURLField(blank=True, help_text='Before it was cleaned.', max_length=2000, verbose_name='source link as found')),
                ('source_url_key', models.CharField(blank=True, db_index=True, editable=False, max_length=2000)),
                ('via_name', models.CharField(blank=True, help_text='Who pointed to the story.', max_length=300, verbose_name='via')),
                ('via_url', curation.models.fields.HttpURLField(blank=True, max_length=2000, verbose_name='via link')),
                ('image_alt', models.CharField(blank=True, help_text='What the image shows.', max_length=500, verbose_name='alternative text')),
                ('pdf', models.FileField(blank=True, max_length=200, upload_to='documents/', verbose_name='attached PDF')),
                ('media_provenance', models.JSONField(blank=True, default=dict, editable=False)),
                ('kind', models.CharField(blank=True, help_text='News, Opinion, …: a facet for readers.', max_length=100)),
                ('format', models.CharField(blank=True, help_text='brief, feature, …: a facet for readers.', max_length=100)),
                ('section', models.CharField(blank=True, help_text='Printed above the title.', max_length=100, verbose_name='section label')),
                ('institution', models.CharField(blank=True, max_length=300)),
                ('breadcrumbs', models.JSONField(blank=True, default=list, editable=False)),
                ('meta', models.JSONField(blank=True, default=dict, help_text='Open Graph, Twitter and HTML meta tags of this page alone.', verbose_name='meta overrides')),
                ('body', models.TextField(blank=True, help_text='Markdown; HTML is allowed and sanitised.')),
                ('body_html', models.TextField(blank=True, editable=False)),
                ('body_text', models.TextField(blank=True, editable=False)),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='items', to='curation.image')),
            ],
            options={
                'verbose_name': 'item',
                'ordering': ['-published_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_by', models.CharField(help_text='Who, in words: the editor, or the user of the machine.', max_length=200)),
                ('process', models.CharField(blank=True, help_text='Which process is at it (curation.lib.processes).', max_length=64)),
                ('paths', models.JSONField(default=list, help_text='What was given: absolute paths, or the names of uploads.')),
                ('options', models.JSONField(default=dict)),
                ('upload', models.CharField(blank=True, max_length=32)),
                ('files', models.PositiveIntegerField(default=0, help_text='How many there are, where that is known beforehand.')),
                ('outcome', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('finished', 'Finished'), ('failed', 'Failed'), ('interrupted', 'Interrupted'), ('undone', 'Undone')], default='running', max_length=16)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('heartbeat_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('counts', models.JSONField(default=dict)),
                ('made', models.JSONField(default=dict, help_text='Ids of topics, offerings, … that it made, by model.')),
                ('message', models.TextField(blank=True, help_text='Why it ended as it did, where that is not plain.')),
                ('failures_of', models.ForeignKey(blank=True, help_text='The run whose rejected files it tries again.', null=True, on_delete=django.db.models.deletion.CASCADE, to='curation.importrun')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=1000)),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('outcome', models.CharField(choices=[('created', 'Created'), ('updated', 'Updated'), ('conflicted', 'Conflicted'), ('skipped', 'Skipped'), ('rejected', 'Rejected'), ('pruned', 'Archived')], max_length=16)),
                ('slug', models.CharField(blank=True, max_length=255)),
                ('problems', models.JSONField(default=list)),
                ('unmapped', models.JSONField(default=list, verbose_name='keys without a column')),
                ('before', models.JSONField(blank=True, null=True)),
                ('after', models.JSONField(blank=True, null=True)),
                ('item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imports', to='curation.curateditem')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='curation.importrun')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=50)),
                ('base', models.JSONField(null=True)),
                ('theirs', models.JSONField(null=True, verbose_name='in the file')),
                ('ours', models.JSONField(null=True, verbose_name='here')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='curation.curateditem')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='conflicts', to='curation.importrun')),
            ],
            options={
                'ordering': ['item', 'field'],
            },
        ),
        migrations.CreateModel(
            name='ItemAuthor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('listed_at', models.DateTimeField(editable=False, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.author')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.curateditem')),
            ],
            options={
                'verbose_name': 'author',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='curateditem',
            name='authors',
            field=models.ManyToManyField(related_name='items', through='curation.ItemAuthor', to='curation.author'),
        ),
        migrations.CreateModel(
            name='ItemTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.curateditem')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_items', to='taggit.tag')),
            ],
            options={
                'verbose_name': 'tag',
            },
        ),
        migrations.AddField(
            model_name='curateditem',
            name='tags',
            field=taggit.managers.TaggableManager(blank=True, help_text='A comma-separated list of tags.', through='curation.ItemTag', to='taggit.Tag', verbose_name='Tags'),
        ),
        migrations.CreateModel(
            name='ItemOffering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('listed_at', models.DateTimeField(editable=False, null=True)),
                ('is_primary', models.BooleanField(default=False, verbose_name='about this offering')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.curateditem')),
                ('offering', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.offering')),
            ],
            options={
                'verbose_name': 'related offering',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='curateditem',
            name='offerings',
            field=models.ManyToManyField(related_name='items', through='curation.ItemOffering', to='curation.offering'),
        ),
        migrations.CreateModel(
            name='Publisher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(help_text='Host name without “www.”: example.org.', max_length=253, validators=[django.core.validators.RegexValidator('^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z0-9-]{2,63}$', 'Enter a host name in lower case, like example.org, without “www.”.')])),
                ('name', models.CharField(help_text='As readers see it; the domain where no better name is known.', max_length=200)),
                ('icon', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='publishers', to='curation.image')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='curateditem',
            name='publisher',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='items', to='curation.publisher'),
        ),
        migrations.CreateModel(
            name='SourceDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_primary', models.BooleanField(default=True)),
                ('source_system', models.CharField(blank=True, max_length=100)),
                ('external_id', models.CharField(blank=True, max_length=500, verbose_name='external ID')),
                ('md_name', models.CharField(blank=True, max_length=255, verbose_name='mdName')),
                ('dialect', models.CharField(choices=[('openproject', 'OpenProject curation'), ('bookmark', 'Dropmark bookmark'), ('contributor', 'Contributor centre'), ('wordpress', 'WordPress post'), ('hugo', 'Plain Hugo')], max_length=16)),
                ('path', models.CharField(blank=True, help_text='Absolute, undecodable bytes escaped. Empty: the file is gone.', max_length=1000)),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('front_matter_format', models.CharField(choices=[('yaml', 'YAML'), ('toml', 'TOML'), ('json', 'JSON')], default='yaml', max_length=4)),
                ('opening', models.TextField(blank=True, help_text='What stands before the front matter.')),
                ('front_matter', models.TextField()),
                ('closing', models.TextField(blank=True, help_text='What stands between front matter and body.')),
                ('raw_body', models.TextField(blank=True, help_text='The body, where the ends of its lines are not all LF.')),
                ('record', models.JSONField(default=dict)),
                ('media', models.JSONField(default=dict, help_text='The files it points to, by use, as they were found last.')),
                ('source_url', curation.models.fields.HttpURLField(blank=True, max_length=2000, verbose_name='source link')),
                ('source_url_key', models.CharField(blank=True, editable=False, max_length=2000)),
                ('imported_at', models.DateTimeField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='curation.curateditem')),
            ],
            options={
                'ordering': ['-is_primary', 'path'],
            },
        ),
        migrations.AddField(
            model_name='offering',
            name='topics',
            field=models.ManyToManyField(blank=True, related_name='offerings', to='curation.topic'),
        ),
        migrations.CreateModel(
            name='ItemTopic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('listed_at', models.DateTimeField(editable=False, null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.curateditem')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curation.topic')),
            ],
            options={
                'verbose_name': 'topic',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='curateditem',
            name='topics',
            field=models.ManyToManyField(related_name='items', through='curation.ItemTopic', to='curation.topic'),
        ),
        migrations.CreateModel(
            name='Vocabulary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As written before the colon: “Symplur” in “Symplur: COVID-19”.', max_length=100)),
                ('slug', models.SlugField(help_text='The name in addresses: lower-case letters, digits, hyphens.', max_length=100)),
                ('description', models.TextField(blank=True, help_text='One or two sentences for readers: whose list this is.')),
                ('url', curation.models.fields.HttpURLField(blank=True, help_text='Where its owner publishes it.', max_length=500, verbose_name='website')),
            ],
            options={
                'verbose_name_plural': 'vocabularies',
                'ordering': [django.db.models.functions.text.Lower('name')],
                'constraints': [models.UniqueConstraint(fields=('slug',), name='vocabulary_slug_unique'), models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='vocabulary_name_unique', violation_error_message='There is a vocabulary of this name already.')],
            },
        ),
        migrations.AddField(
            model_name='topic',
            name='vocabulary',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='curation.vocabulary'),
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(help_text='A path of this site: /news/old-name. No host, no “?”.', max_length=500, validators=[curation.models.aliases.validate_path])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='curation.curateditem')),
            ],
            options={
                'verbose_name_plural': 'aliases',
                'ordering': ['path'],
                'constraints': [models.UniqueConstraint(fields=('path',), name='alias_path_unique', violation_error_message='Another item has this alias already.')],
            },
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', 'running')), fields=('outcome',), name='importrun_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='importrecord',
            index=models.Index(fields=['run', 'outcome'], name='importrecord_outcome'),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.UniqueConstraint(fields=('item', 'field'), name='conflict_unique'),
        ),
        migrations.AddIndex(
            model_name='itemauthor',
            index=models.Index(models.F('author'), models.OrderBy(models.F('listed_at'), descending=True), models.OrderBy(models.F('item'), descending=True), name='itemauthor_newest'),
        ),
        migrations.AddConstraint(
            model_name='itemauthor',
            constraint=models.UniqueConstraint(fields=('item', 'author'), name='itemauthor_unique'),
        ),
        migrations.AddConstraint(
            model_name='itemtag',
            constraint=models.UniqueConstraint(fields=('content_object', 'tag'), name='itemtag_unique'),
        ),
        migrations.AddIndex(
            model_name='itemoffering',
            index=models.Index(models.F('offering'), models.OrderBy(models.F('listed_at'), descending=True), models.OrderBy(models.F('item'), descending=True), name='itemoffering_newest'),
        ),
        migrations.AddConstraint(
            model_name='itemoffering',
            constraint=models.UniqueConstraint(fields=('item', 'offering'), name='itemoffering_unique'),
        ),
        migrations.AddConstraint(
            model_name='itemoffering',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('item',), name='itemoffering_primary_unique'),
        ),
        migrations.AddConstraint(
            model_name='publisher',
            constraint=models.UniqueConstraint(fields=('domain',), name='publisher_domain_unique'),
        ),
        migrations.AddIndex(
            model_name='sourcedocument',
            index=models.Index(fields=['external_id', 'source_system'], name='document_external_id'),
        ),
        migrations.AddIndex(
            model_name='sourcedocument',
            index=models.Index(condition=models.Q(('md_name', ''), _negated=True), fields=['md_name'], name='document_md_name'),
        ),
        migrations.AddIndex(
            model_name='sourcedocument',
            index=models.Index(condition=models.Q(('is_primary', False)), fields=['source_url_key'], name='document_further_link'),
        ),
        migrations.AddConstraint(
            model_name='sourcedocument',
            constraint=models.UniqueConstraint(condition=models.Q(('path', ''), _negated=True), fields=('path',), name='document_path_unique'),
        ),
        migrations.AddConstraint(
            model_name='sourcedocument',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('item',), name='document_primary_unique'),
        ),
        migrations.AddConstraint(
            model_name='sourcedocument',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True), models.Q(('external_id', ''), _negated=True)), fields=('source_system', 'external_id'), name='document_external_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='offering',
            constraint=models.UniqueConstraint(fields=('slug',), name='offering_slug_unique'),
        ),
        migrations.AddConstraint(
            model_name='offering',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='offering_external_id_unique'),
        ),
        migrations.AddIndex(
            model_name='itemtopic',
            index=models.Index(models.F('topic'), models.OrderBy(models.F('listed_at'), descending=True), models.OrderBy(models.F('item'), descending=True), name='itemtopic_newest'),
        ),
        migrations.AddConstraint(
            model_name='itemtopic',
            constraint=models.UniqueConstraint(fields=('item', 'topic'), name='itemtopic_unique'),
        ),
        migrations.AddIndex(
            model_name='curateditem',
            index=models.Index(models.F('status'), models.OrderBy(models.F('published_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='item_newest'),
        ),
        migrations.AddIndex(
            model_name='curateditem',
            index=models.Index(models.F('publisher'), models.OrderBy(models.F('published_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='item_publisher_newest'),
        ),
        migrations.AddIndex(
            model_name='curateditem',
            index=models.Index(models.OrderBy(django.db.models.functions.comparison.Coalesce('published_at', 'created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='item_desk'),
        ),
        migrations.AddConstraint(
            model_name='curateditem',
            constraint=models.UniqueConstraint(fields=('slug',), name='item_slug_unique', violation_error_message='Another item has this slug already.'),
        ),
        migrations.AddConstraint(
            model_name='curateditem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='item_published_has_time', violation_error_message='A published item needs a publication time.'),
        ),
        migrations.AddConstraint(
            model_name='curateditem',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__istartswith', 'http://'), ('source_url__istartswith', 'https://'), _connector='OR'), name='item_source_url_http', violation_error_message='A source link starts with http:// or https://.'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(fields=('slug',), name='topic_slug_unique'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(models.F('vocabulary'), django.db.models.functions.text.Lower('label'), name='topic_label_unique', violation_error_message='This vocabulary has a topic of this label already.'),
        ),
    ]
