/* muster-coordinator: folds every entry from the first, judges after each, and says what differs from
 * what it has said before.
 */
#include "agents/sdk/responder.h"
#include "proto/rules/rules.h"

/* What is said after one entry: a change of the county's tables may touch every card there is. */
#define SAYING_BYTES_MAX ((size_t)64 << 20)

struct coordinator {
    mu_picture *picture;
    mu_rules *rules;
};

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct coordinator *c = user;
    enum mu_err err = mu_picture_fold(c->picture, entry);

    return err == MU_OK ? mu_rules_judge(c->rules) : err;
}

static enum mu_err answer(void *user, mu_responder *responder, const struct mu_entry *entry)
{
    struct coordinator *c = user;
    mu_agent *agent = mu_responder_agent(responder);
    struct mu_rules_voice voice = {mu_agent_agency(agent), mu_agent_log_now_ms(agent)};
    mu_arena arena = mu_arena_make(SAYING_BYTES_MAX);
    const Muster__Event **events;
    size_t count;
    enum mu_err err = mu_rules_differ(c->rules, &voice, &arena, &events, &count);

    (void)entry; /* the rules know what the last one touched */
    if (err == MU_OK)
        err = mu_responder_say(responder, events, count);
    mu_arena_free(&arena);
    return err;
}

static const uint32_t says[] = {MUSTER__EVENT__BODY_FINDING, 0};

int main(int argc, char **argv)
{
    struct coordinator c = {0};
    const struct mu_responder_plan plan = {
        .program = "muster-coordinator",
        .about =
            "Judges every entry of the record: what clashes, what is short, which plan is cleared.",
        .about_zh = "逐条研判记录：何处冲突、何物短缺、哪些计划可予许可。",
        .filter = "",
        .says = says,
        .fold = fold,
        .answer = answer,
        .user = &c,
    };
    int status = 1;

    if (mu_picture_new(&c.picture) == MU_OK && mu_rules_new(c.picture, &c.rules) == MU_OK)
        status = mu_responder_run(&plan, argc, argv);
    mu_rules_free(&c.rules);
    mu_picture_free(&c.picture);
    return status;
}
