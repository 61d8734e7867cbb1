"""A link by e-mail signs in once, for a quarter of an hour; asking tells nobody who is known."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import pytest
from structlog.testing import capture_logs

from service.auth.actions import create_sign_in_link
from service.auth.contacts import create_link
from service.base import clock, db

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/sign-in/link/tl_[\w-]{43})\r?\n")


@pytest.fixture
def address(worker_pool):
    """Give somebody an address that no other test knows."""

    async def give(cast, person, name=None):
        email = f"{name or person}.{cast.handle}@Mail.example"
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            await tx.execute("update person set email = $1 where id = $2", email, cast.people[person])
        return email

    return give


@pytest.fixture
def link(browser, mailbox):
    """Ask for a link with `address`; its path, out of the mail."""

    async def ask(address, language="en"):
        typed = f" {address.swapcase()} "  # people type as they like
        page = await (await browser(language=language)).post("/sign-in/start", data={"who": typed})
        assert page.status_code == 200
        return LINK.search((await mailbox.to(address))[-1])[1]

    return ask


async def test_a_link_out_of_a_mail_signs_in_by_a_button(browser, north, address, link, mailbox):
    email = await address(north, "ben")
    path = await link(email)
    one = await browser()
    for _ in range(3):  # mail scanners look, too
        page = await one.get(path)
        assert "You sign in as Ben at North." in page.text
        assert "set-cookie" not in page.headers
    assert not await one.signs_in()
    answer = await one.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await one.signs_in()
    mail = (await mailbox.to(email))[0]
    assert "organisaation North" in mail  # whose language is Finnish


async def test_a_link_works_once(browser, north, address, link):
    path = await link(await address(north, "ben"))
    first, second = await browser(), await browser()
    assert (await first.post(path)).status_code == 303
    for answer in (await second.post(path), await second.get(path)):
        assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
    assert not await second.signs_in()


async def test_of_many_who_use_a_link_at_once_one_gets_in(browser, north, address, link):
    path = await link(await address(north, "ben"))
    many = [await browser() for _ in range(8)]
    answers = await asyncio.gather(*(one.post(path) for one in many))
    assert sorted(answer.status_code for answer in answers) == [303] + [404] * 7


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 404)])
async def test_a_link_lives_a_quarter_of_an_hour(browser, north, worker_pool, minutes, status):
    with clock.at(datetime.now(UTC) - timedelta(minutes=minutes)):
        async with db.tenant(worker_pool, north.organization_id) as tx:
            secret = await create_sign_in_link(tx, north.ben)
    assert (await (await browser()).post(f"/sign-in/link/{secret}")).status_code == status


async def test_a_link_of_somebody_who_has_left_since_is_closed(browser, north, address, link, worker_pool):
    path = await link(await address(north, "ben"))
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set left_at = now() where id = $1", north.ben)
    one = await browser()
    assert [(await one.get(path)).status_code, (await one.post(path)).status_code] == [404, 404]


async def test_a_customers_link_signs_nobody_in(browser, north, worker_pool):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        _, secret = await create_link(tx, north.contacts["oak"], 60)
    one = await browser()
    assert (await one.post(f"/sign-in/link/{secret}")).status_code == 404
    async with db.tenant(worker_pool, north.organization_id) as tx:
        signing = await create_sign_in_link(tx, north.ben)
    assert (await one.get(f"/s/{signing}")).status_code == 404


async def test_who_may_not_get_in_gets_no_mail_and_the_same_answer(  # noqa: PLR0917 - fixtures
    browser, north, south, address, mailbox, worker_pool, provider, use
):
    known, left = await address(north, "ben"), await address(north, "cleo", "left")
    twice = await address(north, "ada", "twice")
    elsewhere = await address(south, "dora")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set left_at = now() where id = $1", north.cleo)
        await tx.execute("insert into person (name, email) values ('Namesake', $1)", twice.upper())
    await use(south, provider.address)  # an organization with a sign-in service sends no links
    pages = {}
    for one in (left, twice, elsewhere, "nobody@nowhere.example", "@", "a@b\r\nBcc: c@d", known):
        answer = await (await browser()).post("/sign-in/start", data={"who": one})
        pages[one] = (answer.status_code, answer.text)
    assert len(set(pages.values())) == 1
    await mailbox.to(known)
    assert {tuple(whom) for whom, _ in mailbox.mails} & {(left,), (twice,), (elsewhere,), (twice.upper(),)} == set()


async def test_an_example_person_gets_no_link(browser, north, address, mailbox, worker_pool):
    email, known = await address(north, "ben"), await address(north, "ada")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update organization set demo = true")
    await (await browser()).post("/sign-in/start", data={"who": email})
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update organization set demo = false")
    await (await browser()).post("/sign-in/start", data={"who": known})
    await mailbox.to(known)
    assert [whom for whom, _ in mailbox.mails if whom == [email]] == []


async def test_the_answer_takes_as_long_for_an_address_nobody_has(browser, north, mailbox, worker_pool):
    took = {"known": [], "unknown": []}
    mailbox.wait = 0.5  # what a known address would show if anybody waited for its mail
    try:
        for turn in range(24):
            email = f"timed{turn}.{north.handle}@mail.example"
            async with db.tenant(worker_pool, north.organization_id) as tx:
                await tx.execute("insert into person (name, email) values ('Timed', $1)", email)
            for kind, who in sorted({"known": email, "unknown": f"x{email}"}.items(), reverse=turn % 2 == 0):
                one = await browser()
                began = perf_counter()
                await one.post("/sign-in/start", data={"who": who})
                took[kind].append(perf_counter() - began)
        await mailbox.to(f"timed23.{north.handle}@mail.example")
    finally:
        mailbox.wait = 0.0
    known, unknown = median(took["known"]), median(took["unknown"])
    assert abs(known - unknown) < 0.03, (known, unknown)


async def test_an_address_gets_three_mails_in_a_quarter_of_an_hour_and_the_same_answer_after(
    browser, north, address, mailbox, worker_pool
):
    email, other = await address(north, "ben"), await address(north, "ada")
    answers = [await (await browser()).post("/sign-in/start", data={"who": email}) for _ in range(6)]
    assert len({(one.status_code, one.text) for one in answers}) == 1
    await (await browser()).post("/sign-in/start", data={"who": other})
    await mailbox.to(other)
    assert len(await mailbox.to(email, 3)) == 3


async def test_a_client_that_tries_too_often_is_told_to_wait_and_others_are_not(browser):
    busy, other = await browser("198.51.100.7"), await browser()
    statuses = [(await busy.post("/sign-in/link/none")).status_code for _ in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({404}, 429)
    for _ in range(2):
        refused = await busy.post("/sign-in/start", data={"who": "x@y"}, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
            429,
            "too_often",
            "900",
        )
    assert (await other.post("/sign-in/link/none")).status_code == 404


async def test_all_addresses_of_one_ipv6_network_are_one_client(browser):
    network = [await browser(f"2001:db8:7:7::{place:x}") for place in range(1, 62)]
    statuses = [(await one.post("/sign-in/link/none")).status_code for one in network]
    assert (set(statuses[:60]), statuses[60]) == ({404}, 429)
    assert (await (await browser("2001:db8:7:8::1")).post("/sign-in/link/none")).status_code == 404


async def test_the_mail_speaks_its_readers_language(browser, north, address, mailbox, worker_pool):
    email = await address(north, "ben")
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set language = 'fi', name = 'Pöllö %(x)s' where id = $1", north.ben)
    await (await browser(language="en")).post("/sign-in/start", data={"who": email})
    text = (await mailbox.to(email))[0]
    assert text.startswith("Hei Pöllö %(x)s,")
    assert LINK.search(text)


async def test_a_mail_that_cannot_be_sent_is_logged_without_the_link_and_the_next_one_goes(
    browser, north, address, mailbox
):
    first, second = await address(north, "ben"), await address(north, "ada")
    mailbox.answer = "550 not today"
    try:
        with capture_logs() as said:
            await (await browser()).post("/sign-in/start", data={"who": first})
            for _ in range(250):
                if any(line["event"] == "link_not_sent" for line in said):
                    break
                await asyncio.sleep(0.02)
    finally:
        mailbox.answer = "250 kept"
    assert any(line["event"] == "link_not_sent" for line in said)
    assert first not in str(said)
    assert "tl_" not in str(said)
    await (await browser()).post("/sign-in/start", data={"who": second})
    await mailbox.to(second)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_no_other_site_starts_or_finishes_a_sign_in(browser, north, worker_pool, headers):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        secret = await create_sign_in_link(tx, north.ben)
    one = await browser()
    assert (await one.post(f"/sign-in/link/{secret}", headers=headers)).status_code == 403
    assert (await one.post("/sign-in/start", data={"who": "a@b"}, headers=headers)).status_code == 403
    assert (await one.post(f"/sign-in/link/{secret}")).status_code == 303


async def test_the_host_that_a_request_names_is_never_in_a_mail(browser, north, address, mailbox):
    email = await address(north, "ben")
    await (await browser()).post("/sign-in/start", data={"who": email}, headers={"host": "evil.example"})
    text = (await mailbox.to(email))[0]
    assert "evil.example" not in text
    assert LINK.search(text)


@pytest.mark.parametrize("data", [{}, {"who": ""}, {"who": "x" * 321}, {"who": "a\0b"}, {"who": "a", "role": "hr"}])
async def test_a_form_that_makes_no_sense_is_refused(browser, data):
    assert (await (await browser()).post("/sign-in/start", data=data)).status_code == 400
