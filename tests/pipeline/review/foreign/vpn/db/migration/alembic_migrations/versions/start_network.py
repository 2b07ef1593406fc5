# Copyright 2014 OpenNothing Foundation
#
#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License.
#
"""start networks"""

# revision identifiers, used by Alembic.
revision = 'start'
down_revision = None


def upgrade():
    pass
