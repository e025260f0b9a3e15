/* muster dispatch accept PROPOSAL: one key between what the dispatch program proposes and an operation that
 * runs. The plan is filled from the proposal and the record; a person's name stands under it. */
#include "agents/cli/options.h"
#include "agents/cli/voice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <getopt.h>

#include "proto/rules/dispatch.h"

enum { KEY_JOURNEY = 256, KEY_WAIT };

const struct mu_cli_option mu_cli_dispatch_accept_options[] = {
    {"journey", KEY_JOURNEY, "N", MU_W_OPT_JOURNEY},
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct accept {
    const char *journey; /* NULL: the first */
    bool wait;
    const char *proposal_name, *plan_name;
    const struct mu_said *said;
    const struct mu_object *scene;
    const Muster__DispatchProposal *proposal; /* as said, or as it would be said now */
    size_t chosen;
};

/* ---- which one ------------------------------------------------------------------------------------- */

static int find_proposal(struct mu_voice *voice, struct accept *accept)
{
    int code = mu_voice_look(voice);

    if (code != MU_EXIT_DONE)
        return code;
    accept->said = mu_object_head(mu_picture_object(
        voice->picture, MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, accept->proposal_name));
    if (accept->said == NULL)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_PROPOSAL, accept->proposal_name,
                           NULL);
    accept->proposal = accept->said->event->dispatch_proposal;
    accept->scene = accept->proposal->casualty->object == NULL
                        ? NULL
                        : mu_picture_object(voice->picture, MUSTER__EVENT__BODY_CASUALTY,
                                            accept->proposal->casualty->object);
    return MU_EXIT_DONE;
}

static int choose_journey(struct mu_voice *voice, struct accept *accept)
{
    char *end;
    long number = 1;

    errno = 0;
    if (accept->journey != NULL)
        number = strtol(accept->journey, &end, 10);
    if (errno != 0 || (accept->journey != NULL && *end != '\0') || number < 1 ||
        (size_t)number > accept->proposal->n_journeys ||
        accept->proposal->journeys[number - 1]->n_route == 0)
        return mu_cli_misused(voice->cli, MU_W_NO_SUCH_JOURNEY,
                              accept->journey == NULL ? "1" : accept->journey,
                              accept->proposal_name, NULL);
    accept->chosen = (size_t)number - 1;
    return MU_EXIT_DONE;
}

/* ---- does it still hold ------------------------------------------------------------------------------ */

static bool same_journey(const Muster__ProposedJourney *a, const Muster__ProposedJourney *b)
{
    bool same = a->unit_count == b->unit_count && a->n_route == b->n_route && a->from != NULL &&
                b->from != NULL && strcmp(a->from, b->from) == 0;

    for (size_t i = 0; same && i < a->n_route; i++)
        same = strcmp(a->route[i]->edge, b->route[i]->edge) == 0;
    return same;
}

/* The same journey as it would be proposed now: who is fetched already is not fetched again, a road lost
 * meanwhile is not driven, and nobody leaves in the past. */
static int renew(struct mu_voice *voice, struct accept *accept)
{
    const Muster__ProposedJourney *chosen = accept->proposal->journeys[accept->chosen];
    const Muster__DispatchProposal *now = NULL;
    struct mu_roads *roads = NULL;
    enum mu_err err = mu_roads_new(voice->picture, &roads);

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    if (accept->scene != NULL)
        now = mu_dispatch_propose(voice->picture, roads, accept->scene, &voice->arena);
    mu_roads_free(&roads);
    for (size_t i = 0; now != NULL && i < now->n_journeys; i++)
        if (same_journey(now->journeys[i], chosen)) {
            accept->proposal = now;
            accept->chosen = i;
            return MU_EXIT_DONE;
        }
    return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_PROPOSAL_PAST, accept->proposal_name, NULL);
}

/* ---- the plan ------------------------------------------------------------------------------------------ */

static const char *plan_name(struct mu_voice *voice, const struct accept *accept)
{
    char *name = mu_arena_take(&voice->arena, MU_NAME_BYTES_MAX);
    unsigned number = 1;

    if (accept->plan_name != NULL || name == NULL)
        return accept->plan_name;
    do {
        struct mu_text text = mu_text(name, MU_NAME_BYTES_MAX);

        mu_text_addf(&text, "AMB-%s-%u", accept->scene->id, number++);
    } while (mu_picture_object(voice->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, name) != NULL);
    return name;
}

static int make_plan(struct mu_voice *voice, const struct accept *accept, struct mu_saying *saying)
{
    const Muster__Envelope *of = accept->said->event->envelope;
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_OPERATION_PLAN, plan_name(voice, accept),
                                   &voice->how, saying);

    if (err == MU_OK)
        err = mu_say_set(saying, "envelope.area", of->area, &voice->how);
    if (err == MU_OK && of->incident != NULL)
        err = mu_say_set(saying, "envelope.incident", of->incident, &voice->how);
    if (err != MU_OK)
        return mu_voice_explain(voice, err, saying->kind);
    saying->event->body_case = MUSTER__EVENT__BODY_OPERATION_PLAN;
    saying->event->operation_plan =
        mu_dispatch_plan(accept->proposal, accept->chosen, &voice->arena);
    saying->event->envelope->cites = mu_dispatch_cites(voice->picture, saying->event, &voice->arena,
                                                       &saying->event->envelope->n_cites);
    return MU_EXIT_DONE;
}

static int accept_proposal(struct mu_voice *voice, struct accept *accept)
{
    struct mu_saying saying;
    int code = find_proposal(voice, accept);

    if (accept->proposal == NULL)
        return code;
    code = choose_journey(voice, accept);
    if (code == MU_EXIT_DONE)
        code = renew(voice, accept);
    if (code == MU_EXIT_DONE)
        code = make_plan(voice, accept, &saying);
    return code == MU_EXIT_DONE ? mu_voice_say(voice, &saying, accept->wait) : code;
}

int mu_cli_dispatch_accept(struct mu_cli *cli, int argc, char **argv)
{
    struct accept accept = {.journey = NULL};
    struct mu_voice voice;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_dispatch_accept_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_JOURNEY)
            accept.journey = value;
        else
            accept.wait = true;
    }
    if (argc - optind < 1 || argc - optind > 2)
        return mu_cli_misused(cli, MU_W_WHICH_PROPOSAL, NULL);
    accept.proposal_name = argv[optind];
    accept.plan_name = argc - optind == 2 ? argv[optind + 1] : NULL;
    int code = mu_voice_open(&voice, cli, accept.wait);
    if (code == MU_EXIT_DONE)
        code = accept_proposal(&voice, &accept);
    mu_voice_close(&voice);
    return code;
}
