/* Any text a telephone may hand on: read, and every piece and doubt lies inside the line. */
#include <stdint.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/words/sms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_piece(const struct mu_sms *sms, struct mu_sms_piece piece)
{
    MU_CHECK(piece.from <= piece.to && piece.to <= strlen(sms->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char line[2 * MU_SMS_BYTES_MAX];
    struct mu_sms sms;

    if (size >= sizeof line)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    if (mu_sms_read(line, &sms) != MU_OK)
        return 0;
    for (size_t i = 0; i < sms.left_count; i++)
        check_piece(&sms, sms.left[i]);
    for (size_t i = 0; i < sms.doubt_count; i++) {
        check_piece(&sms, sms.doubts[i].piece);
        MU_CHECK(sms.doubts[i].count < 0 || !sms.counts[sms.doubts[i].count].stated);
    }
    if (sms.has_place)
        check_piece(&sms, sms.place);
    return 0;
}
