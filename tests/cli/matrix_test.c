/* muster who-knows as people and programs read it: what a machine did never looks like knowledge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/brief.c"
#include "agents/cli/show/card.c"
#include "agents/cli/show/clause.c"
#include "agents/cli/clean.c"
#include "agents/cli/face.c"
#include "agents/cli/show/feed_command.c"
#include "agents/cli/show/feed_land.c"
#include "agents/cli/show/feed_people.c"
#include "agents/cli/show/feed_roster.c"
#include "agents/cli/show/feed_supply.c"
#include "agents/cli/show/matrix.c"
#include "agents/cli/show/matrix_form.c"
#include "agents/cli/show/names.c"
#include "agents/cli/output.c"
#include "agents/cli/show/render.c"
#include "agents/cli/sentence.c"
#include "agents/cli/show/show.c"
#include "tests/help/story.h"

static struct story s;
static char shown[MU_MATRIX_BYTES_MAX];

static const struct mu_said *said(uint32_t version)
{
    return mu_object_version(mu_picture_named(s.picture, "DAM-01"), version);
}

/* 14:42 to 14:48 of Qinghe, as far as three agencies know it. */
static void open_county(void)
{
    uint64_t number;

    story_open(&s);
    s.no_coordinator = s.no_supply = true;
    story_desks(&s, "EM SH HC CA");
    story_says(&s, "14:42", "WR",
               "dam_operation DAM-01@v2 structure=LONGTAN steps[0].from_at_ms=15:50"
               " steps[0].outflow_milli_m3s=140m3/s to_be_told[0].agency=EM"
               " to_be_told[1].agency=SH to_be_told[2].agency=HC");
    number = s.number;
    story_holds(&s, "14:42:02", "EM", number, "");
    story_holds(&s, "14:42:02", "HC", number, "");
    story_says(&s, "14:43", "EM",
               "acknowledgement of=DAM-01@v2 rung=acknowledged post=duty person=Wang");
}

static const char *show(int minutes_later, enum mu_lang lang,
                        void (*form)(struct mu_text *, const struct mu_style *,
                                     const struct mu_matrix *))
{
    static struct mu_matrix matrix;
    struct mu_style style = {.lang = lang, .offset_min = 480};
    struct mu_text text = mu_text(shown, sizeof shown);

    mu_matrix_fill(s.picture, said(2), said(2)->accepted_at_ms + minutes_later * INT64_C(60000),
                   &matrix);
    form(&text, &style, &matrix);
    return shown;
}

static void in_time(void **state)
{
    (void)state;
    open_county();
    assert_string_equal(show(2, MU_LANG_EN, mu_matrix_table),
                        "DAM-01@v2, WR 14:42: 3 to be told, 1 know, 0 of them by telephone\n"
                        "agency      stored   on machine  opened by       acknowledged"
                        "              acting\n"
                        "SH          14:42    → waiting   -               due 14:45"
                        "                 -\n"
                        "HC          14:42    ■ 14:42     -               due 14:45"
                        "                 -\n"
                        "EM          14:42    ■ 14:42     -               ✔ 14:43 Wang"
                        "              -\n"
                        "CA          14:42    → waiting   -               ·"
                        "                         -\n");
    story_close(&s);
}

static void overdue_floats_up_with_its_number(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:46", "HC", "acknowledgement of=DAM-01@v2 rung=opened post=duty");
    show(6, MU_LANG_EN, mu_matrix_table);
    assert_non_null(strstr(shown, "HC          14:42    ■ 14:42     ◉ 14:46 duty    ! 3 min"));
    assert_non_null(strstr(shown, "call SH: 0000-SH-02\ncall HC: 0000-HC-03\n"));
    assert_null(strstr(shown, "call EM"));
    show(6, MU_LANG_ZH, mu_matrix_table);
    assert_non_null(strstr(shown, "应告知3家，已知悉1家"));
    assert_non_null(strstr(shown, "！3分钟"));
    story_close(&s);
}

static void by_telephone_says_by_whom(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:48", "EM",
               "acknowledgement of=DAM-01@v2 rung=acknowledged for_agency=SH for_post=duty"
               " on_behalf_of=SH channel=telephone speaker=\"Chen\" read_back=\"140 from 15:50\"");
    show(7, MU_LANG_EN, mu_matrix_table);
    assert_non_null(strstr(shown, "3 to be told, 2 know, 1 of them by telephone"));
    assert_non_null(
        strstr(shown, "SH          14:42    → waiting   -               ☎ 14:48 Chen by EM"));
    show(7, MU_LANG_EN, mu_matrix_json);
    assert_non_null(strstr(shown, "\"agency\":\"SH\",\"mustAnswer\":1,\"knows\":1,\"waiting\":1,"
                                  "\"acknowledged\":{\"at\":\"2031-07-16T14:48:00+08:00\""));
    assert_non_null(strstr(shown, "\"enteredBy\":\"EM\",\"channel\":\"telephone\","
                                  "\"readBack\":\"140 from 15:50\""));
    assert_non_null(strstr(shown, "\"overdueMin\":4,\"telephone\":\"0000-HC-03\""));
    show(7, MU_LANG_EN, mu_matrix_plain);
    assert_non_null(strstr(shown, "\nSH\tmust\t-\t-\t2031-07-16T14:48:00+08:00\tEM\t-\t0\n"));
    assert_non_null(strstr(shown, "HC\tmust\t2031-07-16T14:42:02+08:00\t-\t-\t-\t-\t4\n"));
    story_close(&s);
}

/* What others type does not move the cursor of him who looks. */
static void a_hostile_name(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:44", "HC",
               "acknowledgement of=DAM-01@v2 rung=acknowledged person=\"\033[2JFang\"");
    show(3, MU_LANG_EN, mu_matrix_table);
    assert_null(strchr(shown, '\033'));
    assert_non_null(strstr(shown, "Fang"));
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_time),
        cmocka_unit_test(overdue_floats_up_with_its_number),
        cmocka_unit_test(by_telephone_says_by_whom),
        cmocka_unit_test(a_hostile_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
