#include "proto/sign/accepted.h"

#include <string.h>

#include "proto/sign/leaf.h"
#include "proto/sign/merkle.h"

static enum mu_err read_codes(const struct mu_accepted *answer, uint16_t *codes)
{
    struct mu_bytes left = answer->refusal_bytes;
    struct mu_refusal refusal;

    memset(codes, 0, answer->count * sizeof *codes);
    for (uint16_t i = 0; i < answer->refusals; i++) {
        if (mu_refusal_next(&left, &refusal) != MU_OK || refusal.index >= answer->count ||
            mu_err_class((enum mu_err)refusal.code) != MU_CLASS_FINAL)
            return MU_E_PROOF;
        codes[refusal.index] = refusal.code;
    }
    return MU_OK;
}

static enum mu_err read_proof(const struct mu_accepted *answer, struct mu_proof *proof)
{
    struct mu_reader r = mu_reader(answer->proof);

    if (answer->proof_count > MU_PROOF_MAX)
        return MU_E_PROOF;
    proof->count = answer->proof_count;
    for (size_t i = 0; i < proof->count; i++)
        proof->hash[i] = mu_read_hash(&r);
    return mu_reader_end(&r) ? MU_OK : MU_E_PROOF;
}

static void log_leaves(const struct mu_accepted *answer, const struct mu_batch *batch,
                       const uint16_t *codes, struct mu_hash *leaves)
{
    struct mu_record record = {.epoch = answer->epoch,
                               .number = answer->first_number,
                               .accepted_at_ms = answer->accepted_at_ms,
                               .judge_version = answer->judge_version};

    for (uint32_t i = 0; i < answer->count; i++, record.number++) {
        record.code = codes[i];
        record.author_leaf = batch->items[i].leaf;
        leaves[i] = mu_log_leaf(&record);
    }
}

enum mu_err mu_accepted_prove(const struct mu_accepted *answer, const struct mu_batch *batch,
                              const struct mu_head *head, uint16_t *codes)
{
    struct mu_hash leaves[MU_BATCH_EVENTS_MAX], root;
    struct mu_proof proof;

    if (answer->count != batch->seal.count || answer->count > MU_BATCH_EVENTS_MAX ||
        answer->first_sequence != batch->seal.first_sequence || answer->first_number == 0 ||
        answer->epoch > head->epoch || answer->first_number > head->size ||
        answer->count > head->size - answer->first_number + 1)
        return MU_E_PROOF;
    if (read_codes(answer, codes) != MU_OK || read_proof(answer, &proof) != MU_OK)
        return MU_E_PROOF;
    log_leaves(answer, batch, codes, leaves);
    if (mu_range_root(leaves, answer->first_number - 1, answer->count, head->size, &proof, &root) !=
        MU_OK)
        return MU_E_PROOF;
    return mu_hash_equal(&root, &head->root) ? MU_OK : MU_E_PROOF;
}
