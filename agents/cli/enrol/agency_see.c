/* muster agency list, show: who is in the roster, and what one agency may do, on one page. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/county.h"
#include "agents/cli/expiry.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/rolls.h"
#include "agents/cli/show/show.h"
#include "proto/authority/page.h"
#include "proto/base/clock.h"

#define LINE_BYTES 4096u

struct seeing {
    struct mu_cli *cli;
    struct mu_talk talk;
    struct mu_county county;
    struct mu_style style;
    mu_roster *roster;
    int64_t now_ms;
};

static int open_roster(struct seeing *s, struct mu_cli *cli)
{
    int code = mu_talk_open(&s->talk, cli, true);
    enum mu_err err;

    s->cli = cli;
    if (code != MU_EXIT_DONE)
        return code;
    mu_county_read(s->talk.dir, &s->county);
    if ((err = mu_talk_reach(&s->talk, cli->timeout_ms)) == MU_OK &&
        (err = mu_county_learn(&s->talk, s->talk.dir, &s->county)) == MU_OK)
        err = mu_rolls_read(&s->talk, NULL, NULL, &s->roster);
    if (err != MU_OK)
        return mu_talk_explain(&s->talk, err);
    cli->exercise = s->county.status == MUSTER__STATUS__STATUS_EXERCISE;
    s->style = mu_output_style(cli, s->county.offset_min, NULL);
    s->now_ms = mu_county_now_ms(&s->county, s->talk.agent);
    return MU_EXIT_DONE;
}

static void close_roster(struct seeing *s)
{
    mu_roster_free(&s->roster);
    mu_talk_close(&s->talk);
}

/* ---- words ---------------------------------------------------------------------------------------- */

static const char *word(const struct seeing *s, enum mu_word w)
{
    return mu_word(w, s->cli->lang);
}

static const char *standing_of(const struct seeing *s, const struct mu_member *m)
{
    if (m->standing == MU_STANDING_COMPROMISED)
        return word(s, MU_W_STANDING_COMPROMISED);
    if (m->standing == MU_STANDING_RETIRED)
        return word(s, MU_W_STANDING_RETIRED);
    if (m->not_before_ms != 0 && s->now_ms < m->not_before_ms)
        return word(s, MU_W_STANDING_NOT_YET);
    if (m->not_after_ms != 0 && s->now_ms >= m->not_after_ms)
        return word(s, MU_W_STANDING_OVER);
    return word(s, MU_W_STANDING_GOOD);
}

static const char *code_of(const struct seeing *s, const struct mu_member *m)
{
    static const char *const codes[] = {"good", "retired", "compromised"};

    if (m->standing == MU_STANDING_GOOD &&
        !((m->not_before_ms == 0 || s->now_ms >= m->not_before_ms) &&
          (m->not_after_ms == 0 || s->now_ms < m->not_after_ms)))
        return s->now_ms < m->not_before_ms ? "not-yet" : "over";
    return codes[m->standing];
}

static void add_office(const struct seeing *s, const struct mu_member *m, struct mu_text *out)
{
    if (m->is_admin)
        mu_text_addf(out, "  %s", word(s, MU_W_IS_ADMIN));
    if (m->is_command)
        mu_text_addf(out, "  %s", word(s, MU_W_IS_COMMAND));
    if (m->is_desk)
        mu_text_addf(out, "  %s", word(s, MU_W_IS_DESK));
    if (m->is_broker)
        mu_text_addf(out, "  %s", word(s, MU_W_IS_BROKER));
}

static void add_time(const struct seeing *s, int64_t ms, struct mu_text *out)
{
    if (ms == 0)
        mu_text_add(out, "-");
    else
        mu_show_iso(out, &s->style, ms);
}

/* ---- list ------------------------------------------------------------------------------------------ */

static void print_plain(const struct seeing *s, const struct mu_member *m)
{
    char agent[33], line[LINE_BYTES];
    struct mu_text out = mu_text(line, sizeof line);

    mu_hex(m->agent.b, sizeof m->agent.b, agent);
    mu_text_addf(&out, "%s\t%s\t%s\t%s\t%" PRIu64 "\t", m->agency, m->program, code_of(s, m), agent,
                 m->enrolled_at);
    add_time(s, m->not_after_ms, &out);
    mu_text_add(&out, "\t");
    add_time(s, m->certificate_until_ms, &out);
    puts(line);
}

static void add_json(const struct seeing *s, const struct mu_member *m, struct mu_text *out)
{
    char agent[33], key[65], curve[65];

    mu_hex(m->agent.b, sizeof m->agent.b, agent);
    mu_hex(m->public.b, sizeof m->public.b, key);
    mu_hex(m->curve, sizeof m->curve, curve);
    mu_json_member(out, "agency", m->agency);
    mu_json_member(out, "program", m->program);
    mu_json_member(out, "standing", code_of(s, m));
    mu_json_member(out, "agent", agent);
    mu_json_member(out, "sign_key", key);
    mu_json_member(out, "curve_key", curve);
    mu_json_number(out, "enrolled_at", (int64_t)m->enrolled_at);
    mu_json_number(out, "admin", m->is_admin);
    mu_json_number(out, "desk", m->is_desk);
    mu_json_number(out, "not_after_ms", m->not_after_ms);
    mu_json_number(out, "certificate_until_ms", m->certificate_until_ms);
    mu_json_number(out, "certificate_outlived", m->certificate_outlived);
}

static void print_member(const struct seeing *s, const struct mu_member *m)
{
    char agent[33], until[64], office[128] = "", line[LINE_BYTES];
    struct mu_text out = mu_text(line, sizeof line), text = mu_text(until, sizeof until);
    struct mu_text roles = mu_text(office, sizeof office);

    if (s->cli->form == MU_FORM_PLAIN) {
        print_plain(s, m);
        return;
    }
    if (s->cli->form == MU_FORM_JSON) {
        mu_json_open(&out);
        add_json(s, m, &out);
        mu_json_close(&out);
        puts(line);
        return;
    }
    mu_hex(m->agent.b, sizeof m->agent.b, agent);
    add_time(s, m->not_after_ms != 0 ? m->not_after_ms : m->certificate_until_ms, &text);
    add_office(s, m, &roles);
    snprintf(line, sizeof line, "%-8s %-20s %-14s %.12s  %.10s%s", m->agency, m->program,
             standing_of(s, m), agent, until, office);
    mu_output_line(s->cli, MU_W_AS_IT_IS, line, NULL);
}

static void print_proposal(const struct seeing *s, const struct mu_waiting_seal *w)
{
    struct mu_entry entry = {.number = w->number,
                             .accepted_at_ms = w->at_ms,
                             .agent = w->author,
                             .leaf = w->leaf,
                             .body = w->body,
                             .path = ""};
    mu_arena arena = mu_event_arena(w->body.size);

    if (s->cli->form == MU_FORM_HUMAN &&
        mu_event_unpack(w->body, &arena, &entry.event, NULL) == MU_OK)
        mu_output_entry(s->cli, &s->style, &entry);
    mu_arena_free(&arena);
}

static void print_waiting(const struct seeing *s)
{
    struct mu_waiting_seal w;

    for (size_t i = 0; mu_page_waiting(s->roster, i, &w); i++) {
        char number[32], until[32];
        struct mu_text text = mu_text(until, sizeof until);

        if (w.until_ms < s->now_ms)
            continue;
        snprintf(number, sizeof number, "%" PRIu64, w.number);
        mu_show_iso(&text, &s->style, w.until_ms); /* mostly tomorrow */
        print_proposal(s, &w);
        mu_cli_tell(s->cli, MU_W_WAITS_FOR_SEAL, number, until, NULL);
    }
}

static void warn(const struct seeing *s, const struct mu_member *m, int64_t until_ms,
                 enum mu_word soon, enum mu_word over)
{
    int mark = mu_expiry_mark(until_ms, s->now_ms);
    char agent[33], days[24];

    if (mark == MU_EXPIRY_FAR)
        return;
    mu_hex(m->agent.b, sizeof m->agent.b, agent);
    agent[12] = '\0';
    mu_expiry_days(until_ms, s->now_ms, days, sizeof days);
    mu_cli_tell(s->cli, mark == 0 ? over : soon, m->agency, agent, days, NULL);
}

/* For those who can do something about it. */
static void print_ending(const struct seeing *s)
{
    const struct mu_member *self = mu_roster_member(s->roster, mu_agent_self(s->talk.agent)), *m;

    for (size_t i = 0; self != NULL && self->is_admin && (m = mu_roster_at(s->roster, i)) != NULL;
         i++) {
        if (m->standing != MU_STANDING_GOOD)
            continue;
        warn(s, m, m->not_after_ms, MU_W_EXPIRY_TERM, MU_W_EXPIRY_TERM_OVER);
        if (m->certificate_outlived)
            warn(s, m, s->now_ms, MU_W_EXPIRY_OF, MU_W_EXPIRY_OF_OUTLIVED);
        else
            warn(s, m, m->certificate_until_ms, MU_W_EXPIRY_OF, MU_W_EXPIRY_OF_OVER);
    }
}

int mu_cli_agency_list(struct mu_cli *cli, int argc, char **argv)
{
    struct seeing s = {.cli = cli};
    const struct mu_member *m;
    int key = mu_cli_option(cli, argc, argv, NULL, NULL), code;

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc != optind)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    if ((code = open_roster(&s, cli)) == MU_EXIT_DONE) {
        for (size_t i = 0; (m = mu_roster_at(s.roster, i)) != NULL; i++)
            print_member(&s, m);
        print_waiting(&s);
        print_ending(&s);
    }
    close_roster(&s);
    return code;
}

/* ---- show ------------------------------------------------------------------------------------------ */

static void print_grant(const struct seeing *s, const struct mu_grant_line *g)
{
    char kinds[2048], from[40], until[40], line[LINE_BYTES];
    struct mu_text list = mu_text(kinds, sizeof kinds), out = mu_text(line, sizeof line);
    struct mu_text begin = mu_text(from, sizeof from), end = mu_text(until, sizeof until);
    bool takes = g->takes_publishing || g->takes_reading;
    bool speaks = g->publishes || g->takes_publishing;

    mu_page_kinds(s->roster, g, &list);
    add_time(s, g->from_ms, &begin);
    add_time(s, g->until_ms, &end);
    mu_text_addf(&out, "  %s %s  %s  %s  %s", word(s, takes ? MU_W_GRANT_TAKEN : MU_W_GRANT_GIVEN),
                 word(s, speaks ? MU_W_GRANT_PUBLISH : MU_W_GRANT_READ),
                 g->area[0] == '\0' ? word(s, MU_W_EVERYWHERE) : g->area,
                 g->role[0] == '\0' ? "" : g->role, kinds);
    if (g->from_ms != 0 || g->until_ms != 0)
        mu_text_addf(&out, "  %.16s – %.16s", from, until);
    if (g->until_ms != 0 && s->now_ms >= g->until_ms)
        mu_text_addf(&out, "  %s", word(s, MU_W_STANDING_OVER));
    mu_output_line(s->cli, MU_W_AS_IT_IS, line, NULL);
}

static void add_json_grants(const struct seeing *s, const struct mu_member *m, struct mu_text *out)
{
    struct mu_grant_line g;

    mu_text_add(out, ",\"grants\":[");
    for (size_t i = 0; mu_page_grant(s->roster, &m->agent, i, &g); i++) {
        char kinds[2048];
        struct mu_text list = mu_text(kinds, sizeof kinds);

        mu_page_kinds(s->roster, &g, &list);
        mu_text_add(out, i == 0 ? "{" : ",{");
        mu_json_member(out, "role", g.role);
        mu_json_member(out, "kinds", kinds);
        mu_json_member(out, "area", g.area);
        mu_json_number(out, "publish", g.publishes - g.takes_publishing);
        mu_json_number(out, "read", g.reads - g.takes_reading);
        mu_json_number(out, "from_ms", g.from_ms);
        mu_json_number(out, "until_ms", g.until_ms);
        mu_json_close(out);
    }
    mu_text_add(out, "]");
}

static void print_page(const struct seeing *s, const struct mu_member *m)
{
    char key[65], curve[65], number[32], after[64], certificate[64];
    struct mu_text end = mu_text(after, sizeof after);
    struct mu_text paper = mu_text(certificate, sizeof certificate);
    struct mu_grant_line g;

    mu_hex(m->public.b, sizeof m->public.b, key);
    mu_hex(m->curve, sizeof m->curve, curve);
    snprintf(number, sizeof number, "%" PRIu64, m->enrolled_at);
    add_time(s, m->not_after_ms, &end);
    add_time(s, m->certificate_until_ms, &paper);
    print_member(s, m);
    mu_output_line(s->cli, MU_W_PAGE_KEYS, key, curve, NULL);
    mu_output_line(s->cli, MU_W_PAGE_TERMS, number, after, certificate, NULL);
    for (size_t i = 0; mu_page_grant(s->roster, &m->agent, i, &g); i++)
        print_grant(s, &g);
    if (m->standing == MU_STANDING_GOOD && !m->is_broker)
        mu_output_line(s->cli, MU_W_PAGE_READS, NULL);
}

static void print_page_json(const struct seeing *s, const struct mu_member *m)
{
    char line[32768];
    struct mu_text out = mu_text(line, sizeof line);

    mu_json_open(&out);
    add_json(s, m, &out);
    add_json_grants(s, m, &out);
    mu_json_close(&out);
    puts(line);
}

static int show(const struct seeing *s, const char *agency)
{
    const struct mu_member *m;
    size_t found = 0;

    for (size_t i = 0; (m = mu_roster_at(s->roster, i)) != NULL; i++) {
        if (strcmp(m->agency, agency) != 0)
            continue;
        found++;
        if (s->cli->form == MU_FORM_JSON)
            print_page_json(s, m);
        else if (s->cli->form == MU_FORM_PLAIN)
            print_plain(s, m);
        else
            print_page(s, m);
    }
    if (found == 0)
        return mu_cli_fail(s->cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, agency, NULL);
    return MU_EXIT_DONE;
}

int mu_cli_agency_show(struct mu_cli *cli, int argc, char **argv)
{
    struct seeing s = {.cli = cli};
    int key = mu_cli_option(cli, argc, argv, NULL, NULL), code;

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_WHICH_AGENCY, NULL);
    if ((code = open_roster(&s, cli)) == MU_EXIT_DONE)
        code = show(&s, argv[optind]);
    close_roster(&s);
    return code;
}
