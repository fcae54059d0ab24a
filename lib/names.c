/* The names of things: statuses, dtypes, operations, the version. */
#include "lib/names.h"

#include <string.h>

#include <pel/status.h>
#include <pel/version.h>

static const char *const errors[] = {
    [-PEL_OK] = "success",
    [-PEL_EINVAL] = "invalid argument",
    [-PEL_ENOMEM] = "out of memory",
    [-PEL_ERANGE] = "size or result out of range",
    [-PEL_ENOTSUP] = "not supported by this build or processor",
    [-PEL_EIO] = "file could not be read or written",
    [-PEL_ECORRUPT] = "file content makes no sense",
    [-PEL_EINTERNAL] = "internal error",
};

static const struct {
    const char *name;
    size_t size;
} dtypes[PEL_NDTYPES] = {
    [PEL_F32] = {"f32", 4}, [PEL_F64] = {"f64", 8}, [PEL_I32] = {"i32", 4},
    [PEL_I64] = {"i64", 8}, [PEL_U32] = {"u32", 4}, [PEL_U64] = {"u64", 8},
};

#define OP_NAME(symbol, family, name)   [PEL_OP_##symbol] = name,
#define OP_FAMILY(symbol, family, name) [PEL_OP_##symbol] = #family,
static const char *const op_names[PEL_NOPS] = {PEL_OPS(OP_NAME)};
static const char *const op_families[PEL_NOPS] = {PEL_OPS(OP_FAMILY)};

const char *pel_strerror(pel_status status)
{
    size_t index = (size_t)-status;
    return status <= 0 && index < sizeof errors / sizeof errors[0] ? errors[index] : "unknown status";
}

const char *pel_version(void)
{
    return PEL_VERSION;
}

/* An enumerator outside the enumeration may reach us through a cast. */
static bool known(pel_dtype dtype)
{
    return (unsigned)dtype < PEL_NDTYPES;
}

size_t pel_dtype_size(pel_dtype dtype)
{
    return known(dtype) ? dtypes[dtype].size : 0;
}

const char *pel_dtype_name(pel_dtype dtype)
{
    return known(dtype) ? dtypes[dtype].name : NULL;
}

bool pel_dtype_named(const char *name, size_t length, pel_dtype *dtype)
{
    for (unsigned i = 0; i < PEL_NDTYPES; i++) {
        if (strlen(dtypes[i].name) == length && memcmp(dtypes[i].name, name, length) == 0) {
            *dtype = (pel_dtype)i;
            return true;
        }
    }
    return false;
}

const char *pel_op_name(enum pel_op op)
{
    return op_names[op];
}

const char *pel_op_family(enum pel_op op)
{
    return op_families[op];
}

bool pel_op_named(const char *name, size_t length, enum pel_op *op)
{
    for (unsigned i = 0; i < PEL_NOPS; i++) {
        if (strlen(op_names[i]) == length && memcmp(op_names[i], name, length) == 0) {
            *op = (enum pel_op)i;
            return true;
        }
    }
    return false;
}

const char *pel_compiler_name(void)
{
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}
