"""Tests as acts: set up, filled, decided only when they may be; material and festivals."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.models import ListingWord, ProductDay
from promotions.actions import festivals as festival_acts
from promotions.actions import material, trials
from promotions.actions.refusals import (
    MaterialRefusedError,
    PartnerRefusedError,
    TrialRefusedError,
)
from promotions.checks.partners import material_may_be_shown, trials_are_read
from promotions.choices import TrialMeasure, TrialSplit, TrialState, TrialSubject
from promotions.models import Festival, Material, MaterialUse, Trial, TrialDay
from promotions.queries.festivals import festivals_between
from promotions.queries.material import Wish, material_of, materials, objections, stored_names
from promotions.queries.trials import read_trial
from shopops.lib.business_time import business_date
from tests.factories.listing import ProductFactory


def wanted(now, **changes):
    values = {
        "name": "主图：白底 / 实景",
        "subject": TrialSubject.MAIN_IMAGE,
        "split": TrialSplit.TRAFFIC,
        "measure": TrialMeasure.BUYER_RATE,
        "starts_on": business_date(now) - timedelta(days=14),
        "planned_days": 14,
        "baseline": Decimal("0.05"),
        "smallest_lift": Decimal("0.2"),
        "names": ["白底", "实景"],
        **changes,
    }
    return trials.Wanted(**values)


def started(manager, now, **changes):
    return trials.start_trial(wanted=wanted(now, **changes), by=manager, now=now)


def fill(trial, manager, now, figures, *, days=14):
    variants = list(trial.variants.order_by("position"))
    for n in range(days):
        given = [
            trials.DayGiven(one.pk, *each) for one, each in zip(variants, figures, strict=True)
        ]
        trials.enter_day(
            trial_id=trial.pk,
            day=trial.starts_on + timedelta(days=n),
            given=given,
            by=manager,
            now=now,
        )


def decide(trial, place, manager, now, *, lesson="实景更好", version=1):
    chosen = trial.variants.order_by("position")[place].pk
    return trials.decide_trial(
        trial_id=trial.pk, chosen_id=chosen, lesson=lesson, version=version, by=manager, now=now
    )


def test_the_size_is_worked_out_when_a_test_begins(manager, now):
    # 5 % against 6 %: the figure by hand stands in the tests of the reading.
    assert started(manager, now).planned_people == 8158


def test_a_test_short_of_its_size_cannot_be_decided(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(500, 20), (500, 60)])

    assert read_trial(trial).reading.forms[0].missing_people == 1158
    with pytest.raises(TrialRefusedError, match="还不能下结论"):
        decide(trial, 1, manager, now)


def test_a_winner_is_decided_with_its_lesson_and_the_figures_stay(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 45)])

    done = decide(trial, 1, manager, now)

    assert (done.state, done.chosen.name, done.lesson) == ("decided", "实景", "实景更好")
    assert done.result["forms"][1]["hits"] == 45 * 14
    assert done.result["contrasts"][0]["verdict"] == "better"


def test_a_form_the_figures_do_not_favour_cannot_be_chosen(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 31)])

    with pytest.raises(TrialRefusedError, match="没有说"):
        decide(trial, 1, manager, now)
    assert decide(trial, 0, manager, now).chosen.name == "白底"


def test_a_test_split_askew_cannot_be_decided_and_is_found(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(700, 30), (600, 60)])

    with pytest.raises(TrialRefusedError, match="分流不对"):
        decide(trial, 1, manager, now)
    assert "分流不对" in trials_are_read(business_date(now), now).findings[0].title


def test_a_test_that_can_be_read_is_found(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 45)])

    assert "可以下结论" in trials_are_read(business_date(now), now).findings[0].title


def test_a_test_without_figures_for_days_is_found(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 45)], days=2)

    assert "没有数" in trials_are_read(business_date(now), now).findings[0].title


def test_a_decision_without_a_lesson_is_refused(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 45)])

    with pytest.raises(TrialRefusedError, match="学到了什么"):
        decide(trial, 1, manager, now, lesson=" ")


def test_a_test_is_decided_once(manager, now):
    trial = started(manager, now)
    fill(trial, manager, now, [(600, 30), (600, 45)])
    decide(trial, 1, manager, now)

    with pytest.raises(StaleGoodsError):
        decide(trial, 1, manager, now)
    with pytest.raises(TrialRefusedError, match="已下结论"):
        decide(trial, 1, manager, now, version=2)


def test_a_stopped_test_takes_no_more_figures(manager, now):
    trial = started(manager, now)
    trials.stop_trial(trial_id=trial.pk, lesson="换季", version=1, by=manager, now=now)

    assert Trial.objects.get().state == TrialState.STOPPED
    with pytest.raises(TrialRefusedError, match="不再收数"):
        fill(trial, manager, now, [(1, 0), (1, 0)], days=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"names": ["白底"]}, "2 到 5 种"),
        ({"names": ["白底", "白底"]}, "同名"),
        ({"subject": TrialSubject.PRICE}, "价格歧视"),
        ({"planned_days": 6}, "至少测 7 天"),
        ({"split": TrialSplit.DAYS, "planned_days": 15}, "整倍数"),
        ({"split": TrialSplit.BLOCKS, "block_days": 7, "planned_days": 14}, "至少两遍（28 天）"),
        ({"baseline": Decimal("0.9")}, "0 到 100%"),
        ({"measure": TrialMeasure.AMOUNT, "baseline": Decimal(10)}, "标准差"),
        ({"baseline": Decimal("0.000001"), "smallest_lift": Decimal("0.01")}, "测不出来"),
    ],
)
def test_what_cannot_be_a_test_is_refused(changes, words, manager, now):
    with pytest.raises(TrialRefusedError, match=words):
        started(manager, now, **changes)
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("day", "figures", "words"),
    [
        (-1, (10, 1), "还没开始"),
        (15, (10, 1), "还没到"),
        (0, (10, 11), "不会多过"),
    ],
)
def test_a_days_figures_that_cannot_be_are_refused(day, figures, words, manager, now):
    trial = started(manager, now)
    variant = trial.variants.order_by("position")[0]

    with pytest.raises(TrialRefusedError, match=words):
        trials.enter_day(
            trial_id=trial.pk,
            day=trial.starts_on + timedelta(days=day),
            given=[trials.DayGiven(variant.pk, *figures)],
            by=manager,
            now=now,
        )
    assert not TrialDay.objects.exists()


def test_a_form_takes_figures_only_of_its_turn(manager, now):
    trial = started(manager, now, split=TrialSplit.DAYS)
    second = trial.variants.order_by("position")[1]

    with pytest.raises(TrialRefusedError, match="轮到「白底」"):
        trials.enter_day(
            trial_id=trial.pk,
            day=trial.starts_on,
            given=[trials.DayGiven(second.pk, 10, 1)],
            by=manager,
            now=now,
        )


def test_imported_days_fill_the_form_whose_turn_it_was_but_not_over_entered_ones(manager, now):
    product = ProductFactory()
    trial = started(manager, now, split=TrialSplit.DAYS, product_id=product.pk)
    for n in range(3):
        ProductDay.objects.create(
            product=product,
            date=trial.starts_on + timedelta(days=n),
            visitors=100 + n,
            paid_buyers=n,
        )
    ProductDay.objects.create(product=product, date=trial.starts_on + timedelta(days=3), visitors=5)
    first, second = trial.variants.order_by("position")
    given = [trials.DayGiven(first.pk, 7, 1)]
    trials.enter_day(trial_id=trial.pk, day=trial.starts_on, given=given, by=manager, now=now)

    assert trials.fill_from_days(trial_id=trial.pk, by=manager, now=now) == 2

    kept = TrialDay.objects.order_by("date").values_list("variant", "people", "hits")
    assert list(kept) == [(first.pk, 7, 1), (second.pk, 101, 1), (first.pk, 102, 2)]


def test_figures_of_forms_that_share_days_cannot_be_taken_from_the_products(manager, now):
    trial = started(manager, now, product_id=ProductFactory().pk)

    with pytest.raises(TrialRefusedError, match="没有分方案的数"):
        trials.fill_from_days(trial_id=trial.pk, by=manager, now=now)


def piece(manager, now, *, picture=b"", **values):
    given = {"kind": "text", "title": "短信", "text": "新被子暖一冬", "tags": ["短信"], **values}
    return material.add_material(values=given, picture=picture, by=manager, now=now)


def png():
    out = io.BytesIO()
    Image.new("RGB", (50, 50), (10, 20, 30)).save(out, "PNG")
    return out.getvalue()


def test_material_is_found_by_words_and_tags(manager, now):
    one = piece(manager, now)
    piece(manager, now, title="横幅", text="满 300 减 40", tags=["双12"])

    assert list(materials(Wish(words="被子"))) == [one]
    assert list(materials(Wish(words="短信 暖"))) == [one]
    assert [row.title for row in materials(Wish(tag="双12"))] == ["横幅"]
    assert list(materials(Wish(words="被子", tag="双12"))) == []


def test_material_out_of_use_is_left_out(manager, now):
    one = piece(manager, now)
    material.edit_material(
        material_id=one.pk,
        values={"kind": "text", "title": "短信", "text": "旧的", "tags": [], "is_on": False},
        picture=b"",
        version=1,
        by=manager,
        now=now,
    )

    assert list(materials(Wish())) == []
    assert list(materials(Wish(with_retired=True))) == [one]


@pytest.mark.parametrize(
    ("text", "code"),
    [("晒图返现 5 元", "praise"), ("求好评哦", "begging"), ("全网最低价", "absolute")],
)
def test_a_text_that_may_not_stand_is_kept_with_its_reason_and_used_nowhere(
    text, code, manager, now
):
    ListingWord.objects.get_or_create(
        word="全网最低",
        defaults={"reason": "广告法", "valid_from": date(2020, 1, 1), "source": "t"},
    )
    one = piece(manager, now, text=text)

    wrong = objections([one], day=business_date(now))[one.pk]
    assert code in {each.code for each in wrong}
    with pytest.raises(MaterialRefusedError, match="不能用的词"):
        material.use_material(
            material_id=one.pk,
            place="product",
            place_id=ProductFactory().pk,
            by=manager,
            now=now,
        )


def test_material_is_linked_once_and_the_link_taken_away(manager, now):
    one, product = piece(manager, now), ProductFactory()
    link = {"material_id": one.pk, "place": "product", "place_id": product.pk}
    use = material.use_material(**link, by=manager, now=now)
    material.use_material(**link, by=manager, now=now)

    assert material_of(product_id=product.pk) == [one]
    assert MaterialUse.objects.count() == 1
    material.drop_use(use_id=use.pk, by=manager, now=now)
    assert material_of(product_id=product.pk) == []


def test_a_place_that_is_not_there_takes_no_material(manager, now):
    one = piece(manager, now)

    with pytest.raises(MaterialRefusedError, match="没有这个地方"):
        material.use_material(material_id=one.pk, place="activity", place_id=0, by=manager, now=now)


def test_used_material_is_found_when_the_word_list_grows(manager, now):
    one = piece(manager, now, text="云端睡感")
    material.use_material(
        material_id=one.pk, place="product", place_id=ProductFactory().pk, by=manager, now=now
    )
    assert material_may_be_shown(business_date(now), now).findings == []

    ListingWord.objects.create(
        word="云端", reason="试出来的", valid_from=date(2020, 1, 1), source="t"
    )

    assert "云端" in material_may_be_shown(business_date(now), now).findings[0].evidence


@pytest.mark.parametrize(
    ("values", "words"),
    [({"kind": "picture"}, "选一张图片"), ({"kind": "idea", "text": " "}, "写下创意")],
)
def test_empty_material_is_refused(values, words, manager, now):
    with pytest.raises(MaterialRefusedError, match=words):
        piece(manager, now, **values)
    assert not Material.objects.exists()


def test_a_picture_that_is_none_is_refused(manager, now):
    with pytest.raises(GoodsRefusedError, match="不是能打开的图片"):
        piece(manager, now, kind="picture", picture=b"GIF89a")


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_takes_the_old_ones_place_in_the_vault(manager, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    one = piece(manager, now, kind="picture", picture=png())
    old = one.image_path.split("|")[1]

    material.edit_material(
        material_id=one.pk,
        values={"kind": "picture", "title": "图", "text": "", "tags": [], "is_on": True},
        picture=png(),
        version=1,
        by=manager,
        now=now,
    )

    new = Material.objects.get().image_path.split("|")[1:3]
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == set(new)
    assert stored_names([old, *new]) == set(new)


@pytest.mark.django_db
def test_festivals_that_touch_a_span_are_given_in_order():
    found = festivals_between(date(2027, 2, 5), date(2027, 2, 6))

    assert [one.name for one in found] == ["除夕", "春节"]
    wide = {one.name: one for one in festivals_between(date(2026, 11, 11), date(2026, 11, 11))}
    assert not wide["双11"].is_certain


def test_a_festival_is_looked_up_and_marked(manager, now):
    row = Festival.objects.get(name="618", starts_on__year=2027)
    values = {"name": "618", "starts_on": date(2027, 5, 13), "ends_on": date(2027, 6, 18)}

    festival_acts.edit_festival(
        festival_id=row.pk,
        values={**values, "is_certain": True},
        version=1,
        by=manager,
        now=now,
    )

    row.refresh_from_db()
    assert (row.is_certain, row.starts_on, row.version) == (True, date(2027, 5, 13), 2)


def test_a_festival_stands_once_and_does_not_end_before_it_begins(manager, now):
    values = {"name": "春节", "kind": "traditional", "starts_on": date(2027, 2, 6)}

    with pytest.raises(PartnerRefusedError, match="已经有"):
        festival_acts.add_festival(
            values={**values, "ends_on": date(2027, 2, 6)}, by=manager, now=now
        )
    with pytest.raises(PartnerRefusedError, match="早于"):
        festival_acts.add_festival(
            values={**values, "ends_on": date(2027, 2, 1)}, by=manager, now=now
        )
