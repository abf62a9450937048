import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_tests_have_a_database_of_their_own_with_durability_off():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('server_version_num')::int")
        name, version = cursor.fetchone()

    assert name.startswith("test_")
    assert version >= 180000
    assert os.environ["BROKER_URL"] != os.environ["CACHE_URL"]
