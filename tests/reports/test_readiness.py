"""May I go to p=quarantine or p=reject: a healthy world says yes, and each thing wrong says no.

Expectations were decided before the rules ran: what a careful person would answer.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from reported_world import EASY as EASY_DKIM
from reported_world import FORGED, FORWARDED, NONE, SES, TODAY, World, document, overridden

from sendas.auth.dmarc import Policy, parse_dmarc
from sendas.reports.line import Carried, ReportLine
from sendas.reports.model import DkimResult, SpfResult
from sendas.reports.printed import changed, paragraph, senders, stages
from sendas.reports.readiness import Answer, Readiness, judge
from sendas.reports.tally import Tally, tally_of
from sendas.reports.weighing import Weight


def tallied(world: World, domain: str = "example.com") -> Tally:
    """The world's reports, added up."""
    return tally_of(world.documents(), domain)


def judged(world: World, record: str = "", not_mine: tuple[str, ...] = ()) -> Readiness:
    """What is said of the world today."""
    return judge(tallied(world), TODAY, parse_dmarc(record) if record else None, not_mine)


QUARANTINE = NONE._replace(p="quarantine", sp="quarantine")
REJECT = NONE._replace(p="reject", sp="reject")


@pytest.mark.parametrize(
    ("policy", "answer", "asked"),
    [
        (NONE, Answer.QUARANTINE, Policy.QUARANTINE),
        (QUARANTINE, Answer.REJECT, Policy.REJECT),
        (REJECT, Answer.THERE, Policy.REJECT),
    ],
)
def test_a_healthy_domain_may_go_on(policy: object, answer: Answer, asked: Policy) -> None:
    """Five weeks, three receivers, everything of the owner's aligned; only forgers are hit."""
    found = judged(World(policy=policy))  # type: ignore[arg-type]

    assert (answer, asked) == (found.answer, found.asked)
    assert {"unknown"} == {source.kind for source, _ in found.hit}
    assert [] == found.of(Weight.LOSS) + found.of(Weight.QUESTION) + found.of(Weight.DATA)


UNSIGNED = SES._replace(dkim="fail", dkim_results=SES.dkim_results[1:], mails=30)
BARE = UNSIGNED._replace(
    spf="fail",
    envelope_from="amazonses.com",
    spf_results=(SpfResult("amazonses.com", "mfrom", "pass"),),
)
SENDGRID = FORGED._replace(
    source_ip="167.89.0.1",
    mails=9,
    envelope_from="em.sendgrid.net",
    dkim_results=(DkimResult("sendgrid.net", "s1", "pass"),),
    spf_results=(SpfResult("em.sendgrid.net", "mfrom", "pass"),),
)
BY_GMAIL = FORGED._replace(
    source_ip="209.85.128.1",
    envelope_from="gmail.com",
    dkim_results=(DkimResult("gmail.com", "20230601", "pass"),),
    spf_results=(SpfResult("gmail.com", "mfrom", "pass"),),
)
PRINTER = FORGED._replace(source_ip="192.0.2.50", envelope_from="", spf_results=())
BROKEN = FORWARDED._replace(
    dkim="fail",
    mails=60,
    dkim_results=(DkimResult("example.com", EASY := "s1", "fail"),),
)
WELL = World()


@pytest.mark.parametrize(
    ("world", "weight", "said"),
    [
        (WELL.everywhere(BARE), Weight.LOSS, "Amazon SES"),
        (WELL.everywhere(UNSIGNED), Weight.LOSS, "by SPF alone"),
        (WELL.everywhere(BY_GMAIL), Weight.LOSS, "Gmail itself"),
        (WELL.everywhere(SENDGRID), Weight.QUESTION, "SendGrid"),
        (WELL.everywhere(PRINTER), Weight.QUESTION, "192.0.2.50"),
        (WELL.everywhere(PRINTER, days=12), Weight.QUESTION, "too steady for a forger"),
        (WELL.everywhere(BROKEN), Weight.QUESTION, "were forwarded"),
        (
            WELL.everywhere(overridden(BROKEN, "mailing_list")),
            Weight.QUESTION,
            "went over lists",
        ),
    ],
)
@pytest.mark.parametrize("policy", [NONE, QUARANTINE, REJECT])
def test_mail_of_the_owners_that_would_be_hit_says_no(
    world: World, weight: Weight, said: str, policy: object
) -> None:
    """At every policy, and by name; nothing of it is taken for a forger's."""
    found = judged(replace(world, policy=policy))  # type: ignore[arg-type]

    assert Answer.NOT_YET == found.answer
    assert [one for one in found.of(weight) if said in one.text]
    assert said in paragraph(found)


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (replace(WELL, days=10), "cover 10 days"),
        (replace(WELL, ends=TODAY - timedelta(days=8)), "the newest report"),
        (replace(WELL, rows=(SES._replace(mails=0), FORWARDED._replace(mails=0))), "only 0 mails"),
        (replace(WELL, reporters=("outlook.example", "yahoo.example")), "no report of google.com"),
        (
            replace(
                WELL,
                silent={(name, WELL.day(ago)) for name in WELL.reporters for ago in range(10, 13)},
            ),
            "no report about 3 of the days",
        ),
        (
            replace(WELL, silent={("google.com", WELL.day(ago)) for ago in range(9)}),
            "google.com reported every day, and nothing since",
        ),
        (replace(WELL, rows=(FORGED._replace(mails=500),)), "only"),
        (replace(WELL, rows=(FORWARDED._replace(mails=500),)), "no mail of a sender of yours"),
    ],
)
def test_reports_that_do_not_show_enough_are_no_yes(world: World, said: str) -> None:
    """Too few, too old, with holes, without the receiver that matters."""
    found = judged(world)

    assert found.answer in {Answer.TOO_EARLY, Answer.NOT_YET}
    assert [one for one in found.of(Weight.DATA) if said in one.text]


def test_without_reports_nothing_is_said() -> None:
    """Not even no."""
    found = judge(Tally("example.com"), TODAY)

    assert Answer.NO_REPORTS == found.answer
    assert "nothing can be said" in paragraph(found)
    assert [] == [step for step in stages(found, None, TODAY) if "p=" in step.what]


def test_reports_that_anybody_may_have_written_count_for_nothing() -> None:
    """A forger who mails in a month of perfect reports is told nothing, and changes nothing."""
    forged = replace(WELL, carried=Carried.UNPROVEN)
    beside = tally_of([*replace(WELL, days=10).documents(), *forged.documents()], "example.com")

    assert Answer.NO_REPORTS == judged(forged).answer
    assert Answer.TOO_EARLY == judge(beside, TODAY).answer
    assert 105 == beside.unproven_reports
    assert any("not counted" in line for line in senders(beside))


def test_a_reporter_with_good_news_cannot_hide_another_ones_bad_news() -> None:
    """A million passing mails from one reporter leave the tenth that fails at another in sight."""
    some = BARE._replace(envelope_from="mail.example.com", spf_results=SES.spf_results, spf="fail")
    same = some._replace(dkim_results=SES.dkim_results, mails=10)
    liar = SES._replace(mails=1_000_000)
    world = WELL.everywhere(same).everywhere(liar, of=("outlook.example",))

    found = judged(world)

    assert Answer.NOT_YET == found.answer
    assert [one for one in found.of(Weight.LOSS) if "Amazon SES" in one.text]


def test_a_few_failures_of_many_are_no_reason_to_stay() -> None:
    """DNS is slow at times: 35 of 4,200 mails."""
    same = SES._replace(dkim="fail", spf="fail", mails=1)
    found = judged(replace(WELL, rows=(SES._replace(mails=200), FORWARDED)).everywhere(same))

    assert Answer.QUARANTINE == found.answer
    assert [one for one in found.of(Weight.NOTE) if "Amazon SES" in one.text]


def test_forwarding_that_breaks_spf_alone_is_no_loss() -> None:
    """The signature holds: DMARC passes (RFC 7489, 4.2)."""
    found = judged(replace(WELL, rows=(SES, FORWARDED._replace(mails=100))))

    assert Answer.QUARANTINE == found.answer


def test_what_the_owner_disowns_asks_no_more() -> None:
    """``--not-mine SendGrid``: then the policy is there to stop it."""
    world = WELL.everywhere(SENDGRID)

    assert Answer.NOT_YET == judged(world).answer
    assert Answer.QUARANTINE == judged(world, not_mine=("sendgrid",)).answer
    assert Answer.NOT_YET == judged(world, not_mine=("mailgun",)).answer


def test_a_report_that_comes_twice_counts_once() -> None:
    """SQS and people deliver at least once."""
    once, twice = tallied(WELL), tally_of([*WELL.documents(), *WELL.documents()], "example.com")

    assert (once.mails, once.failed) == (twice.mails, twice.failed)
    assert 105 == twice.doubles


def test_a_copy_within_the_same_document_counts_once() -> None:
    """The same report attached twice to one mail."""
    whole = [*document("google.com", TODAY, [SES]), *document("google.com", TODAY, [SES])]

    assert 40 == tally_of([whole], "example.com").mails


@pytest.mark.parametrize(
    ("policy", "record", "said"),
    [
        (NONE._replace(pct="20", p="quarantine"), "", "pct=20"),
        (REJECT._replace(testing="y"), "", "t=y"),
        (REJECT, "v=DMARC1; p=reject; t=y", "t=y"),
        (REJECT, "v=DMARC1; p=reject; sp=none", "sp=none"),
    ],
)
def test_what_a_policy_does_not_do_is_said(policy: object, record: str, said: str) -> None:
    """A part of the mail, a test, the subdomains."""
    found = judged(World(policy=policy), record)  # type: ignore[arg-type]

    assert [one for one in found.of(Weight.NOTE) if said in one.text]


def test_the_record_that_stands_now_is_believed_before_the_reports() -> None:
    """Reports are a day old."""
    found = judged(World(policy=NONE), "v=DMARC1; p=reject; rua=mailto:d@example.com")

    assert (Answer.THERE, Policy.REJECT) == (found.answer, found.current)


def test_subdomains_in_from_are_named() -> None:
    """What sp would hit."""
    found = judged(WELL.everywhere(SES._replace(header_from="news.example.com")))

    assert [one for one in found.of(Weight.NOTE) if "news.example.com" in one.text]


def test_the_way_is_told_with_records_that_can_be_pasted() -> None:
    """What stands in the record stays; pct and a weaker sp go; each record can be read."""
    record = parse_dmarc("v=DMARC1; p=none; sp=none; pct=100; rua=mailto:d@example.com; adkim=s")
    found = judge(tallied(WELL), TODAY, record)

    texts = [step.record for step in stages(found, record, TODAY) if step.record]

    assert [
        "v=DMARC1; p=quarantine; rua=mailto:d@example.com; adkim=s",
        "v=DMARC1; p=reject; rua=mailto:d@example.com; adkim=s",
    ] == texts
    assert [Policy.QUARANTINE, Policy.REJECT] == [parse_dmarc(text).policy for text in texts]


def test_what_changed_since_last_week_is_named() -> None:
    """New, gone, more; and silence where nothing did."""
    new = WELL.everywhere(SENDGRID, days=5)
    gone = replace(
        WELL, extra={("google.com", WELL.day(ago)): (SENDGRID,) for ago in range(7, 14)}
    )
    steady = tuple(changed(tallied(replace(WELL, rows=(SES,)))))

    assert any("new: SendGrid" in line and "0 then 45" in line for line in changed(tallied(new)))
    assert any("gone: SendGrid" in line and "63 then 0" in line for line in changed(tallied(gone)))
    assert not any("Amazon SES" in line for line in steady)


FULL_STOP = SES._replace(
    dkim="fail",
    spf="fail",
    envelope_from="mail.example.com",
    dkim_results=(DkimResult("example.com", EASY_DKIM, "permerror"), SES.dkim_results[1]),
    spf_results=(SpfResult("mail.example.com", "mfrom", "permerror"),),
)
"""What SES's mail is from the day on which the owner's DNS records are gone."""


def test_what_broke_yesterday_is_not_hidden_by_the_months_before() -> None:
    """One day of 90 is little of all that was sent, and all that is sent now."""
    long = replace(WELL, days=89, ends=TODAY - timedelta(days=2), policy=QUARANTINE)
    broken = replace(long, days=1, ends=TODAY - timedelta(days=1), rows=(FULL_STOP,))
    tally = tally_of([*long.documents(), *broken.documents()], "example.com")

    found = judge(tally, TODAY)

    assert Answer.NOT_YET == found.answer
    assert [one for one in found.of(Weight.LOSS) if "Amazon SES" in one.text]


def test_a_report_about_a_day_to_come_makes_old_ones_no_newer() -> None:
    """A receiver whose clock is wrong, or who wants to be believed."""
    old = replace(WELL, ends=TODAY - timedelta(days=20), days=40, reporters=("google.com",))
    seldom = [report for number, report in enumerate(old.documents()) if number % 2]
    later = document("later.example", TODAY + timedelta(days=300), [SES])

    found = judge(tally_of([*seldom, later], "example.com"), TODAY)

    assert Answer.TOO_EARLY == found.answer
    assert [one for one in found.of(Weight.DATA) if "the newest report" in one.text]
    assert TODAY >= (found.last or TODAY)


def test_two_days_far_apart_are_no_month() -> None:
    """What was sent on the days between is not seen."""
    far = replace(WELL, days=1, ends=TODAY - timedelta(days=60), policy=QUARANTINE)
    near = replace(WELL, days=1, policy=QUARANTINE)
    tally = tally_of([*far.documents(), *near.documents()], "example.com")

    found = judge(tally, TODAY)

    assert Answer.TOO_EARLY == found.answer
    assert [one for one in found.of(Weight.DATA) if "only 2 days" in one.text]


def test_a_reporter_with_good_news_cannot_hide_that_another_sees_spf_alone() -> None:
    """As with mail that fails: the share is that of the receiver with the worst news."""
    bare = SES._replace(dkim="fail", dkim_results=SES.dkim_results[1:], mails=30)
    liar = bare._replace(dkim="pass", mails=1_000_000)
    world = WELL.everywhere(bare).everywhere(liar, of=("outlook.example",))

    found = judged(world)

    assert Answer.NOT_YET == found.answer
    assert [one for one in found.of(Weight.LOSS) if "by SPF alone" in one.text]


def test_reports_about_a_subdomain_say_nothing_of_the_domain_itself() -> None:
    """They come because the subdomain has a record of its own."""
    below = NONE._replace(domain="news.example.com")
    rows = (SES._replace(header_from="news.example.com"), FORWARDED)

    found = judged(replace(WELL, rows=rows, policy=below))

    assert Answer.TOO_EARLY == found.answer
    assert [one for one in found.of(Weight.DATA) if "subdomains alone" in one.text]


def test_a_report_that_was_read_in_part_is_said() -> None:
    """Its rows behind the break may be those that fail."""
    *rows, whole = document("google.com", TODAY, [SES])
    assert isinstance(whole, ReportLine)
    torn = [*rows, replace(whole, remarks=("its compressed content breaks off",))]

    found = judge(tally_of([*WELL.documents(), torn], "example.com"), TODAY)

    assert [one for one in found.of(Weight.NOTE) if "1 report was odd" in one.text]


def test_a_stricter_policy_of_subdomains_stays_until_the_domains_is_as_strict() -> None:
    """Whoever pastes the record must not loosen what holds today."""
    record = parse_dmarc("v=DMARC1; p=none; sp=reject; rua=mailto:d@example.com")
    found = judge(tallied(WELL), TODAY, record)

    texts = [step.record for step in stages(found, record, TODAY) if step.record]

    assert [Policy.REJECT, Policy.REJECT] == [
        parse_dmarc(text).for_subdomain(exists=True) for text in texts
    ]


@pytest.mark.parametrize("told", [range(1), range(20, 26)])
def test_a_few_reports_of_the_receiver_that_matters_are_not_enough(told: range) -> None:
    """One since yesterday; some three weeks ago, and none since."""
    silent = {("google.com", WELL.day(ago)) for ago in range(35) if ago not in told}
    found = judged(replace(WELL, silent=silent, policy=QUARANTINE))

    assert Answer.TOO_EARLY == found.answer
    assert [one for one in found.of(Weight.DATA) if "google.com" in one.text]


@pytest.mark.parametrize(
    ("record", "answer", "asked"),
    [
        ("v=DMARC1; p=reject; rua=mailto:d@example.com", Answer.THERE, Policy.REJECT),
        ("v=DMARC1; p=reject; pct=100", Answer.THERE, Policy.REJECT),
        ("v=DMARC1; p=reject; pct=0", Answer.REJECT, Policy.REJECT),
        ("v=DMARC1; p=reject; pct=50", Answer.REJECT, Policy.REJECT),
        ("v=DMARC1; p=reject; t=y", Answer.REJECT, Policy.REJECT),
        ("v=DMARC1; p=quarantine; pct=0", Answer.QUARANTINE, Policy.QUARANTINE),
        ("v=DMARC1; p=quarantine; t=y", Answer.QUARANTINE, Policy.QUARANTINE),
    ],
)
def test_a_policy_for_a_part_or_a_test_is_not_there(
    record: str, answer: Answer, asked: Policy
) -> None:
    """What it is not applied to is treated by the next laxer one (RFC 7489, 6.6.4; RFC 9989)."""
    found = judged(World(policy=REJECT), record)

    assert (answer, asked) == (found.answer, found.asked)
    for step in stages(found, parse_dmarc(record), TODAY):
        assert "pct" not in step.record
        assert "t=y" not in step.record


def test_a_policy_for_a_part_is_not_there_by_the_reports_word() -> None:
    """Offline: what the receivers saw last."""
    assert Answer.REJECT == judged(World(policy=REJECT._replace(pct="0"))).answer
    assert Answer.REJECT == judged(World(policy=REJECT._replace(testing="y"))).answer


def test_made_up_subdomains_that_are_protected_less_are_said() -> None:
    """np=none lets anybody send as a subdomain that does not exist (RFC 9989)."""
    record = "v=DMARC1; p=quarantine; np=none"
    found = judged(World(policy=QUARANTINE), record)

    assert [one for one in found.of(Weight.NOTE) if "np=none" in one.text]
    assert not any("np=" in step.record for step in stages(found, parse_dmarc(record), TODAY))


NEWSLETTER = FORGED._replace(
    source_ip="192.0.2.80",
    mails=400,
    envelope_from="",
    spf_results=(SpfResult("", "helo", "none"),),
)


def test_a_large_batch_on_one_day_is_asked_about() -> None:
    """400 mails from one address on one day: a newsletter, or a forger; the owner knows."""
    day = WELL.day(9)
    found = judged(replace(WELL, extra={("google.com", day): (NEWSLETTER,)}))

    assert Answer.NOT_YET == found.answer
    (asked,) = found.of(Weight.QUESTION)
    assert "192.0.2.80 on 1 day: as what is sent once a month is" in asked.text
    name = next(source.name for source, _ in found.hit if "192.0.2" in source.name)
    again = judged(replace(WELL, extra={("google.com", day): (NEWSLETTER,)}), not_mine=(name,))
    assert Answer.QUARANTINE == again.answer


def test_a_small_batch_that_comes_back_each_month_is_asked_about() -> None:
    """Invoices: six a month are little of all, and nobody forges by the calendar."""
    invoices = NEWSLETTER._replace(mails=6)
    long = replace(WELL, days=89)
    extra = {("google.com", long.day(ago)): (invoices,) for ago in (5, 35, 66)}
    found = judged(replace(long, extra=extra))

    assert Answer.NOT_YET == found.answer
    assert [one for one in found.of(Weight.QUESTION) if "once a month" in one.text]


def test_many_forgers_at_once_are_no_batch() -> None:
    """The same number of mails from as many networks: nothing to ask."""
    storm = tuple(
        FORGED._replace(source_ip=f"198.{20 + number}.5.{number}", mails=10)
        for number in range(40)
    )
    found = judged(replace(WELL, extra={("google.com", WELL.day(9)): storm}))

    assert Answer.QUARANTINE == found.answer, found.remarks
