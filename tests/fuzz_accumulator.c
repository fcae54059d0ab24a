/* Fuzzes the reader of stored accumulators with libFuzzer: what it takes is stored again as the same bytes, and can be
 * added to, merged and rounded. `make fuzz` builds and runs it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pel/accumulate.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void require(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char bytes[PEL_ACC_BYTES] = {0}, again[PEL_ACC_BYTES];
    pel_acc acc, other = {0};
    double sum;
    memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
    pel_status status = pel_acc_load(&acc, bytes);
    require(status == PEL_OK || status == PEL_ECORRUPT);
    if (status != PEL_OK)
        return 0;
    require(pel_acc_store(&acc, again) == PEL_OK && memcmp(bytes, again, sizeof bytes) == 0);
    require(pel_acc_merge(&other, &acc) == PEL_OK);
    require(pel_acc_store(&other, again) == PEL_OK && memcmp(bytes, again, sizeof bytes) == 0);
    require(pel_acc_round_f64(&acc, &sum) == PEL_OK);
    return 0;
}

/* The checksum of the format, the slow way. */
static void seal(uint8_t *bytes)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < PEL_ACC_BYTES; i++) {
        if (i >= 8 && i < 16)
            continue;
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    for (size_t i = 0; i < 4; i++)
        bytes[8 + i] = (uint8_t)(~crc >> 8 * i);
}

/* Behind a wrong checksum nothing would be read, so most texts get the right one. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (max_size < PEL_ACC_BYTES || seed % 8 == 0)
        return size;
    if (size < PEL_ACC_BYTES)
        memset(data + size, 0, PEL_ACC_BYTES - size);
    memcpy(data, "PELA\1", 5);
    seal(data);
    return PEL_ACC_BYTES;
}
