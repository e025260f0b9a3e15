/* Two faces of one record: a broker that shows one to some and another to others cannot keep apart who
 * speaks to both. Every seal names the newest checkpoint its author had verified; an entry that crosses
 * over brings it along, and whoever walks the record holds it against what he walked.
 *
 * What is found is told, and the link goes on: the entry is its author's honest word, and who would leave
 * the broker for it could be made to by any author.
 */
#include "agents/sdk/reading.h"

enum mu_err mu_split_root(struct mu_frame *frame, const struct mu_edge *edge)
{
    struct mu_agent *agent = frame->agent;
    struct mu_follower *f = frame->follower;
    struct mu_head head = {.epoch = frame->deliver->epoch, .size = edge->size};
    const struct mu_head *held = &agent->head;

    if (f->roots.count > 0 && f->roots.heads[f->roots.count - 1].size >= head.size)
        return MU_OK; /* a frame that came twice */
    mu_edge_root(edge, &head.root);
    if (held->epoch == head.epoch && held->size == head.size &&
        !mu_hash_equal(&held->root, &head.root))
        return MU_E_PROOF;
    return mu_roots_add(&f->roots, &head);
}

static void tell(struct mu_agent *agent, const struct mu_hashed *hashed)
{
    const struct mu_split split = {.number = hashed->slice.first_number,
                                   .agent = hashed->seal.agent,
                                   .seen = hashed->seal.seen};
    enum mu_err said;

    if (agent->calls.on_split == NULL)
        return;
    said = agent->calls.on_split(agent->calls.user, &split);
    if (agent->stop == MU_OK)
        agent->stop = said;
}

/* The signature of one that a later seal stands for was not checked yet: before somebody is named, it is. */
void mu_split_look(struct mu_frame *frame, const struct mu_hashed *hashed)
{
    struct mu_agent *agent = frame->agent;
    struct mu_follower *f = frame->follower;
    uint64_t number = hashed->slice.first_number;

    if (!f->edged || number <= f->looked_at ||
        mu_roots_ask(&f->roots, &hashed->seal.seen, number) != MU_PAST_OTHER)
        return;
    f->looked_at = number;
    if (!hashed->covered || mu_slice_check_seal(agent->reading.roster, hashed) == MU_OK)
        tell(agent, hashed);
}
