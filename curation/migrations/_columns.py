"""An operation that puts long columns last: to read a column, SQLite walks through all those before it."""

from django.db.migrations.operations.base import Operation


class LongColumnsLast(Operation):
    """Make the table of a model anew on SQLite, with some columns last, in this order; elsewhere, do nothing."""

    reversible = True

    def __init__(self, model_name, names):
        self.model_name, self.names = model_name, names

    def deconstruct(self):
        return self.__class__.__name__, [self.model_name, self.names], {}

    def state_forwards(self, app_label, state):
        fields = state.models[app_label, self.model_name].fields
        for name in self.names:
            fields[name] = fields.pop(name)
        state.reload_model(app_label, self.model_name, delay=False)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor._remake_table(to_state.apps.get_model(app_label, self.model_name))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def describe(self):
        return f"Put the long columns of {self.model_name} last"
