/* Lines as villages send them: what is read, what is asked about, and what is never guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/words/sms.h"

static const char *const counts[MU_SMS_COUNTS] = {"injured", "trapped", "missing", "dead",
                                                  "rescued", "red",     "yellow",  "green",
                                                  "black",   "moved",   "returned"};
static const char *const whys[MU_SMS_WHYS] = {"no_number", "no_word",  "either",   "vague",
                                              "more",      "hedged",   "together", "twice",
                                              "sum",       "telephone"};

static void add_piece(struct mu_text *out, const char *name, const struct mu_sms *sms,
                      struct mu_sms_piece piece)
{
    mu_text_addf(out, " %s=%.*s", name, (int)(piece.to - piece.from), sms->text + piece.from);
}

static void add_counts(struct mu_text *out, const struct mu_sms *sms)
{
    for (size_t i = 0; i < MU_SMS_COUNTS; i++) {
        const struct mu_sms_number *number = &sms->counts[i];

        if (number->stated)
            mu_text_addf(out, " %s=%s%" PRIu32, counts[i], number->about ? "~" : "", number->value);
        else if (number->unknown)
            mu_text_addf(out, " %s=unknown", counts[i]);
    }
}

static void add_doubts(struct mu_text *out, const struct mu_sms *sms)
{
    for (size_t i = 0; i < sms->doubt_count; i++)
        mu_text_addf(out, " ?%s%s%s", whys[sms->doubts[i].why],
                     sms->doubts[i].count >= 0 ? ":" : "",
                     sms->doubts[i].count >= 0 ? counts[sms->doubts[i].count] : "");
}

/* hazard and road by their numbers in the schema; road=5? when no road was named. */
static void print(struct mu_text *out, const struct mu_sms *sms)
{
    if (sms->has_place)
        add_piece(out, "place", sms, sms->place);
    if (sms->hazard != 0)
        mu_text_addf(out, " hazard=%" PRIu32, sms->hazard);
    if (sms->road_state != 0)
        mu_text_addf(out, " road=%" PRIu32 "%s", sms->road_state, sms->road_named ? "" : "?");
    if (sms->one_lane)
        mu_text_add(out, " one_lane");
    if (sms->has_edge)
        add_piece(out, "edge", sms, sms->edge);
    if (sms->has_at_m)
        mu_text_addf(out, " at=%" PRId64, sms->at_m);
    if (sms->has_depth)
        mu_text_addf(out, " depth=%" PRId64, sms->depth_mm);
    if (sms->has_clock)
        mu_text_addf(out, " clock=%d", sms->clock_min);
    add_counts(out, sms);
    add_doubts(out, sms);
    for (size_t i = 0; i < sms->left_count; i++)
        add_piece(out, "left", sms, sms->left[i]);
}

static const struct {
    const char *line, *read;
} lines[] = {
    {"岩脚 塌方 伤9 埋2 路断", " place=岩脚 hazard=4 road=5 injured=9 trapped=2"},
    {"Yanjiao landslide injured 9 buried 2 road cut",
     " place=Yanjiao hazard=4 road=5 injured=9 trapped=2"},
    {"岩脚村塌方，伤9人，埋2人，路断", " place=岩脚村 hazard=4 road=5 injured=9 trapped=2"},
    {"岩脚村3组滑坡 受伤九人 被困十二人", " place=岩脚村3组 hazard=4 injured=9 trapped=12"},
    {"岩脚塌方伤9埋2路断", " place=岩脚 hazard=4 road=5 injured=9 trapped=2"},
    {"岩脚 塌方 伤９ 埋２ 路断", " place=岩脚 hazard=4 road=5 injured=9 trapped=2"},
    {"岩脚 塌方 九伤 二埋", " place=岩脚 hazard=4 injured=9 trapped=2"},
    {"岩脚 9人受伤 2人被埋", " place=岩脚 injured=9 trapped=2"},
    {"岩脚 9人受伤2人被埋", " place=岩脚 injured=9 trapped=2"},
    {"在岩脚村发生山体滑坡，造成9人受伤、2人被埋、道路中断",
     " place=岩脚村 hazard=4 road=4 injured=9 trapped=2"},
    {"岩脚 E15 6公里处断", " place=岩脚 road=5 edge=E15 at=6000"},
    {"岩脚 路断 K6+200", " place=岩脚 road=5 at=6200"},
    {"Yanjiao road E15 cut at km 6", " place=Yanjiao road=5 edge=E15 at=6000"},
    {"岩脚 伤9 红3 黄4 绿2", " place=岩脚 injured=9 red=3 yellow=4 green=2"},
    {"Yanjiao 9 injured red 3 yellow 4 green 2", " place=Yanjiao injured=9 red=3 yellow=4 green=2"},
    {"岩脚 红3黄4绿2", " place=岩脚 red=3 yellow=4 green=2"},
    {"岩脚 无人受伤", " place=岩脚 injured=0"},
    {"岩脚 无伤亡", " place=岩脚 injured=0 dead=0"},
    {"岩脚 塌方 无人员伤亡 路断", " place=岩脚 hazard=4 road=5 injured=0 dead=0"},
    {"岩脚 没有人被困", " place=岩脚 trapped=0"},
    {"岩脚 受伤人数不明", " place=岩脚 injured=unknown"},
    {"岩脚 伤亡不明", " place=岩脚 injured=unknown dead=unknown"},
    {"岩脚 约20人被困", " place=岩脚 trapped=~20"},
    {"岩脚 被困20人左右", " place=岩脚 trapped=~20"},
    {"Yanjiao about 20 trapped", " place=Yanjiao trapped=~20"},
    {"上湾 40人回家喂牲口", " place=上湾 returned=40 left=喂牲口"},
    {"上湾 40人擅自返回", " place=上湾 returned=40"},
    {"下湾 已转移120人", " place=下湾 moved=120"},
    {"下湾 路被淹 水深1.2米", " place=下湾 road=4 depth=1200"},
    {"下湾 积水50厘米 路不通", " place=下湾 road=4 depth=500"},
    {"北渡 E12 单边通行", " place=北渡 road=3 one_lane edge=E12"},
    {"红岩村 塌方 伤2", " place=红岩村 hazard=4 injured=2"},
    {"三岔口 塌方 伤2", " place=三岔口 hazard=4 injured=2"},
    {"和平村 滑坡 埋1", " place=和平村 hazard=4 trapped=1"},
    {"断桥村 泥石流 失踪3", " place=断桥村 hazard=5 missing=3"},
    {"青石桥断了", " place=青石桥 road=5?"},
    {"岩脚 14:20 塌方 伤9", " place=岩脚 hazard=4 clock=860 injured=9"},
    {"岩脚 电话不通 路断", " place=岩脚 road=5 left=电话不通"},
    {"岩脚 停电 伤1", " place=岩脚 injured=1 left=停电"},
    {"No injured at Yanjiao, road open", " place=Yanjiao road=2 injured=0"},
    {"landslide at Yanjiao, 9 injured, 2 trapped, road blocked",
     " place=Yanjiao hazard=4 road=4 injured=9 trapped=2"},
    {"Nanping: flash flood, 3 missing, one dead", " place=Nanping hazard=2 missing=3 dead=1"},
    {"nobody hurt, Xiawan", " place=Xiawan injured=0"},
    {"岩脚 死1 伤9 失踪3 救出2", " place=岩脚 injured=9 missing=3 dead=1 rescued=2"},
    {"岩脚 房屋倒塌3间 伤1", " place=岩脚 injured=1 left=房屋倒塌3间"},
    {"岩脚 5户 12人被困", " place=岩脚 trapped=12 left=5户"},
    {"岩脚 二十人被困", " place=岩脚 trapped=20"},
    {"岩脚 一百零五人被困", " place=岩脚 trapped=105"},
    {"岩脚 塌方断路 伤9", " place=岩脚 hazard=4 road=5 injured=9"},
    {"岩脚 路通了", " place=岩脚 road=2"},
    {"岩脚 被困：12", " place=岩脚 trapped=12"},
    {"岩脚 受伤 0", " place=岩脚 injured=0"},
    {"岩脚 遇难者1名", " place=岩脚 dead=1"},
    {"岩脚 伤者9名，其中红标3", " place=岩脚 injured=9 red=3"},
    {"Longtan Reservoir landslide, 2 hurt", " place=Longtan Reservoir hazard=4 injured=2"},
    {"岩脚 塌方 1,200人被困", " place=岩脚 hazard=4 trapped=1200"},
    {"岩脚村民9人受伤", " place=岩脚 injured=9"},
    {"伤9 埋2 岩脚", " place=岩脚 injured=9 trapped=2"},
    {"S210 封路", " road=4 edge=S210"},
    {"岩脚 失联3人", " place=岩脚 missing=3"},
    {"岩脚", " place=岩脚"},
    {"岩脚 9人", " place=岩脚 ?no_word"},
    {"岩脚 有人受伤", " place=岩脚 ?no_number:injured"},
    {"岩脚 多人受伤", " place=岩脚 ?vague:injured"},
    {"岩脚 十几人被困", " place=岩脚 ?vague:trapped"},
    {"岩脚 20多人被困", " place=岩脚 ?vague:trapped"},
    {"岩脚 三四人受伤", " place=岩脚 ?vague:injured"},
    {"岩脚 3-5人受伤", " place=岩脚 ?vague:injured"},
    {"岩脚 又伤2", " place=岩脚 ?more:injured"},
    {"岩脚 可能埋2人", " place=岩脚 ?hedged:trapped"},
    {"岩脚 埋2人?", " place=岩脚 ?hedged:trapped"},
    {"岩脚 暂无伤亡", " place=岩脚 ?hedged:injured"},
    {"岩脚 伤亡9人", " place=岩脚 ?together:injured"},
    {"岩脚 重伤3 轻伤6", " place=岩脚 ?together:injured"},
    {"岩脚 伤9 伤11", " place=岩脚 ?twice:injured"},
    {"岩脚 伤5 红3黄4", " place=岩脚 red=3 yellow=4 ?sum:injured"},
    {"injured 9 trapped", " ?either:injured ?no_number:trapped"},
    {"岩脚 受伤 9 被困", " place=岩脚 ?either:injured ?no_number:trapped"},
    {"岩脚 塌方 伤9 电话13800000000", " place=岩脚 hazard=4 injured=9 ?telephone left=电话"},
    {"Yanjiao several injured", " place=Yanjiao ?vague:injured"},
    {"Yanjiao 2 more injured", " place=Yanjiao ?more:injured"},
    {"岩脚 伤2.5", " place=岩脚 ?vague:injured"},
    {"casualties 9 Yanjiao", " place=Yanjiao ?together:injured"},
    {"岩脚 路断 路通了", " place=岩脚 ?either"},
    {"岩脚 塌方 滑坡", " place=岩脚 hazard=4"},
    {"hello world", " place=hello world"},
    {"岩脚 二到三人受伤", " place=岩脚 ?vague:injured"},
    {"岩脚 至少5人被困", " place=岩脚 ?vague:trapped"},
    {"岩脚 新增受伤2人", " place=岩脚 ?more:injured"},
    {"岩脚 数人失踪", " place=岩脚 ?vague:missing"},
    {"受伤 无", " injured=0"},
    {"岩脚 被困 无", " place=岩脚 trapped=0"},
    {"岩脚 伤 九 埋 二", " place=岩脚 injured=9 trapped=2"},
    {"岩脚 断了6公里 路断", " place=岩脚 road=5 left=6公里"},
    {"岩脚 水深2米", " place=岩脚 depth=2000"},
};

static void every_line_is_read_as_it_says(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char buffer[2048];
        struct mu_text text = mu_text(buffer, sizeof buffer);
        struct mu_sms sms;

        assert_int_equal(mu_sms_read(lines[i].line, &sms), MU_OK);
        print(&text, &sms);
        if (strcmp(buffer, lines[i].read) != 0) {
            print_message("%s\n  read:  %s\n  wanted:%s\n", lines[i].line, buffer, lines[i].read);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- what silence means ------------------------------------------------------------------------ */

static void none_is_zero_and_silence_is_not(void **state)
{
    struct mu_sms none, silent, unknown;

    (void)state;
    assert_int_equal(mu_sms_read("岩脚 塌方 无人受伤", &none), MU_OK);
    assert_int_equal(mu_sms_read("岩脚 塌方", &silent), MU_OK);
    assert_int_equal(mu_sms_read("岩脚 塌方 受伤人数不明", &unknown), MU_OK);
    assert_true(none.counts[MU_SMS_INJURED].stated);
    assert_int_equal(none.counts[MU_SMS_INJURED].value, 0);
    assert_false(silent.counts[MU_SMS_INJURED].stated);
    assert_false(silent.counts[MU_SMS_INJURED].unknown);
    assert_false(unknown.counts[MU_SMS_INJURED].stated);
    assert_true(unknown.counts[MU_SMS_INJURED].unknown);
}

/* No number of a line that is in doubt may come out as a value: that would be guessing. */
static void a_doubt_never_leaves_its_value_standing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct mu_sms sms;

        assert_int_equal(mu_sms_read(lines[i].line, &sms), MU_OK);
        for (size_t k = 0; k < sms.doubt_count; k++)
            if (sms.doubts[k].count >= 0)
                assert_false(sms.counts[sms.doubts[k].count].stated);
    }
}

static void only_a_place_is_nothing_understood(void **state)
{
    struct mu_sms sms;

    (void)state;
    assert_int_equal(mu_sms_read("hello world", &sms), MU_OK);
    assert_false(mu_sms_understood(&sms));
    assert_int_equal(mu_sms_read("青石桥断了", &sms), MU_OK);
    assert_false(mu_sms_understood(&sms)); /* a bridge: somebody must say which road */
    assert_int_equal(mu_sms_read("岩脚 路断", &sms), MU_OK);
    assert_true(mu_sms_understood(&sms));
}

/* ---- strangers ---------------------------------------------------------------------------------------- */

static void what_is_no_text_or_no_message_is_refused(void **state)
{
    static char letter[MU_SMS_BYTES_MAX + 2];
    struct mu_sms sms;

    (void)state;
    assert_int_equal(mu_sms_read("\xff\xfe", &sms), MU_E_BAD_TEXT);
    memset(letter, 'x', sizeof letter - 1);
    assert_int_equal(mu_sms_read(letter, &sms), MU_E_LIMIT);
    letter[MU_SMS_BYTES_MAX] = '\0';
    assert_int_equal(mu_sms_read(letter, &sms), MU_OK);
    for (size_t i = 0; i + 1 < sizeof letter; i++)
        letter[i] = i % 2 == 0 ? ',' : '?';
    letter[MU_SMS_BYTES_MAX] = '\0';
    assert_int_equal(mu_sms_read(letter, &sms), MU_E_LIMIT);
    assert_int_equal(mu_sms_read("", &sms), MU_OK);
    assert_false(mu_sms_understood(&sms));
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(every_line_is_read_as_it_says),
        cmocka_unit_test(none_is_zero_and_silence_is_not),
        cmocka_unit_test(a_doubt_never_leaves_its_value_standing),
        cmocka_unit_test(only_a_place_is_nothing_understood),
        cmocka_unit_test(what_is_no_text_or_no_message_is_refused),
    };

    return cmocka_run_group_tests_name("sms", stories, NULL, NULL);
}
