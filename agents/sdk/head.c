/* Checkpoints: whose they are, and that they do not contradict one another. */
#include "agents/sdk/agent_inside.h"

#include <string.h>

/* Every answer of one turn of the broker carries the same note: one signature check for all. */
static bool read_before(const struct mu_agent *agent, struct mu_bytes note)
{
    return note.size > 0 && note.size == agent->note_size &&
           memcmp(note.data, agent->note, note.size) == 0;
}

enum mu_err mu_head_read(struct mu_agent *agent, struct mu_bytes note, uint32_t epoch,
                         struct mu_head *head)
{
    if (!read_before(agent, note)) {
        if (note.size > sizeof agent->note ||
            mu_checkpoint_read(note, &agent->home.log, agent->log_verifier, &agent->home.log_key,
                               head) != MU_OK)
            return MU_E_PROOF;
        memcpy(agent->note, note.data, note.size);
        agent->note_size = note.size;
        agent->note_head = *head;
    }
    *head = agent->note_head;
    return epoch == 0 || head->epoch == epoch ? MU_OK : MU_E_PROOF;
}

/* One epoch is one growing tree: its sizes never fall, and a size has one root. */
enum mu_err mu_head_believe(struct mu_agent *agent, const struct mu_head *head,
                            struct mu_bytes note, bool newest)
{
    const struct mu_head *held = &agent->head;

    if (head->size > agent->told_head)
        agent->told_head = head->size;
    if (head->epoch < held->epoch)
        return newest ? MU_E_PROOF : MU_OK;
    if (head->epoch == held->epoch) {
        if (head->size == held->size)
            return mu_hash_equal(&head->root, &held->root) ? MU_OK : MU_E_PROOF;
        if (head->size < held->size)
            return newest ? MU_E_PROOF : MU_OK;
    }
    agent->head = *head;
    agent->held_note_size = note.size < sizeof agent->held_note ? note.size : 0;
    memcpy(agent->held_note, note.data, agent->held_note_size);
    if (agent->spool != NULL)
        mu_spool_believe(agent->spool, head, note);
    return MU_OK;
}
