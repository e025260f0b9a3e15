/* What one desk has to answer, and who is told of it before asking one thing more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/load.h"
#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_desks(&s, "EM SH LL");
}

/* "acknowledge DAM-01 of WR, do T-01 of EM" */
static const char *asks(const char *target)
{
    static const char *const words[] = {"acknowledge", "accept", "do", "answer", "report"};
    static char buffer[1024];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    struct mu_ask list[16];
    size_t count = mu_load_asks(s.picture, target, list, 16);

    for (size_t i = 0; i < count; i++)
        mu_text_addf(&out, "%s%s %s of %s", i > 0 ? ", " : "", words[list[i].kind], list[i].id,
                     list[i].from);
    return buffer;
}

static void shahe_is_asked(void)
{
    story_says(&s, "14:20", "WR",
               "dam_operation DAM-01@v1 structure=LONGTAN steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s to_be_told[0].agency=SH"
               " to_be_told[1].agency=LL");
    story_says(&s, "14:24", "SH",
               "road RD-E15@v1 area=cn/99/01/21/201/203 stretch=E15:6000-6000 state=destroyed"
               " on_behalf_of=cn/99/01/21/201/203 channel=sms source_text=\"路断\"");
    story_says(&s, "14:30", "EM",
               "task T-01@v1 act=create what=search accountable=SH unit=M1 due_at_ms=18:00");
}

static void a_township_and_its_unit(void **state)
{
    struct mu_load load;

    (void)state;
    open_county();
    shahe_is_asked();
    assert_string_equal(asks("SH"), "acknowledge DAM-01 of WR, answer RD-E15 of"
                                    " cn/99/01/21/201/203, accept T-01 of EM");
    assert_string_equal(asks("M1"), "do T-01 of EM");
    assert_string_equal(asks("LL"), "acknowledge DAM-01 of WR");
    assert_string_equal(asks("EM"), "");
    mu_load_of(s.picture, "SH", &load);
    assert_int_equal(load.open, 3);
    assert_int_equal(load.within_hour, 3);
    assert_int_equal(load.asking, 3);
    assert_false(load.over);
    /* Each goes when it is answered; what is accepted is still to be done. */
    story_says(&s, "14:31", "SH", "acknowledgement of=DAM-01@v1 rung=acknowledged");
    story_says(&s, "14:32", "SH", "task T-01@v1 act=accept");
    story_says(&s, "14:33", "SH",
               "answer AN-01 to=RD-E15@v1 told=cn/99/01/21/201/203 channel=telephone words=x");
    assert_string_equal(asks("SH"), "do T-01 of EM");
    mu_load_of(s.picture, "SH", &load);
    assert_int_equal(load.within_hour, 0); /* due 18:00 */
    story_says(&s, "17:30", "SH", "task T-01@v1 act=done");
    assert_string_equal(asks("SH"), "");
    story_close(&s);
}

static void reports_due_and_the_limit(void **state)
{
    struct mu_load load;

    (void)state;
    open_county();
    story_says(&s, "13:40", "EM",
               "duty_table DUTIES lines[0].code=hourly lines[0].holder_agency=SH"
               " lines[0].recipient=EM lines[0].minute_of_hour=30");
    story_says(&s, NULL, "EM",
               "limit_table LIMITS lines[0].name=load_asks_max lines[0].value.value=4"
               " lines[0].value.unit=times lines[0].scope.agency=SH");
    shahe_is_asked();
    assert_string_equal(asks("SH"), "acknowledge DAM-01 of WR, report hourly of EM, answer RD-E15"
                                    " of cn/99/01/21/201/203, accept T-01 of EM");
    mu_load_of(s.picture, "SH", &load);
    assert_int_equal(load.open, 4);
    assert_int_equal(load.asking, 3);
    assert_true(load.over); /* one more is one too many */
    mu_load_of(s.picture, "LL", &load);
    assert_false(load.over);
    story_close(&s);
}

/* Who would be asked, before it is said. */
static void targets_of_what_is_about_to_be_said(void **state)
{
    const char *targets[4];
    const struct mu_said *said;

    (void)state;
    open_county();
    shahe_is_asked();
    said = mu_object_head(mu_picture_named(s.picture, "DAM-01"));
    assert_int_equal(mu_load_targets(s.picture, said->event, targets, 4), 2);
    assert_string_equal(targets[0], "SH");
    assert_string_equal(targets[1], "LL");
    said = mu_object_head(mu_picture_named(s.picture, "T-01"));
    assert_int_equal(mu_load_targets(s.picture, said->event, targets, 4), 2);
    assert_string_equal(targets[0], "M1");
    assert_string_equal(targets[1], "SH");
    said = mu_object_head(mu_picture_named(s.picture, "RD-E15"));
    assert_int_equal(mu_load_targets(s.picture, said->event, targets, 4), 0);
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_township_and_its_unit),
        cmocka_unit_test(reports_due_and_the_limit),
        cmocka_unit_test(targets_of_what_is_about_to_be_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
