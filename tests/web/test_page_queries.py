"""No page asks the database more often for a person with more."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.web.busy_person import busy_person, every_page

from rubor.web.people.middleware import PERSON
from rubor.web.people.models import Person


def queries(browser: Client, person: Person) -> dict[str, int]:
    """Queries of every page that is there for this person."""
    session = browser.session
    session[PERSON] = str(person.pk)
    session.save()
    counts = {}
    for name, address in every_page(person).items():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = browser.get(address)
        if answer.status_code == 200:
            counts[name] = len(asked)
    return counts


def test_the_number_of_queries_does_not_grow(
    browser: Client, person: Person, other_person: Person
) -> None:
    busy_person(person, recordings=5, sessions=2, entries=20, treatments=2, trials=1)
    few = queries(browser, person)
    assert len(few) > 40
    busy_person(other_person, recordings=50, sessions=5, entries=60, treatments=6, trials=3)
    many = queries(browser, other_person)
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert not grown
