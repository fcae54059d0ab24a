/* Codes of a few values: to sort them is to count them. Read once per type of code, after rows.h. */

enum {
    NAME(values) = 8,
    NAME(counted) = 4096, /* codes at a time: some other value among them ends the attempt */
};

/* The values of a sorted sample, and how many there are; more than fit are not listed. */
static size_t NAME(list_values)(const NAME(code) * sample, size_t n, T *value)
{
    size_t nvalues = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && sample[i] == sample[i - 1])
            continue;
        if (nvalues == NAME(values))
            return nvalues + 1;
        value[nvalues++] = sample[i];
    }
    return nvalues;
}

/* Adds how often each value is among n codes, whole rows and at most as many as are counted at a time. */
static void NAME(count_rows)(const NAME(code) * codes, size_t n, const T *value, size_t *count)
{
    ROW wanted[NAME(values)], found[NAME(values)];
    for (int v = 0; v < NAME(values); v++) {
        wanted[v] = R(set1)(value[v]);
        found[v] = R(set1)(0);
    }
    for (size_t i = 0; i < n; i += NAME(lanes)) {
        ROW row = R(load)(codes + i);
        for (int v = 0; v < NAME(values); v++)
            found[v] += R(equal)(row, wanted[v]);
    }
    for (int v = 0; v < NAME(values); v++) {
        T lane[NAME(lanes)];
        R(store)(lane, found[v]);
        for (int i = 0; i < NAME(lanes); i++)
            count[v] += (size_t)lane[i];
    }
}

static size_t NAME(total)(const size_t *count)
{
    size_t total = 0;
    for (int v = 0; v < NAME(values); v++)
        total += count[v];
    return total;
}

/* Counts the values; false where there are others. Unused values repeat the first one, and are not counted. */
static bool NAME(count_values)(const NAME(code) * codes, size_t n, T *value, size_t nvalues, size_t *count)
{
    size_t done = 0, rows = n / NAME(lanes) * NAME(lanes);
    for (; done < rows; done += rows - done < NAME(counted) ? rows - done : NAME(counted)) {
        size_t some = rows - done < NAME(counted) ? rows - done : NAME(counted);
        NAME(count_rows)(codes + done, some, value, count);
        for (size_t v = nvalues; v < NAME(values); v++)
            count[v] = 0;
        if (NAME(total)(count) != done + some)
            return false;
    }
    for (; done < n; done++) {
        for (size_t v = 0; v < nvalues; v++)
            count[v] += codes[done] == value[v];
    }
    return NAME(total)(count) == n;
}

/* Sorts codes that have no values but those of the sorted sample, which are few; else does nothing. */
static bool NAME(sort_values)(NAME(code) * codes, size_t n, const NAME(code) * sample, size_t nsample)
{
    T value[NAME(values)];
    size_t count[NAME(values)] = {0}, nvalues = NAME(list_values)(sample, nsample, value);
    if (nvalues > NAME(values))
        return false;
    for (size_t v = nvalues; v < NAME(values); v++)
        value[v] = value[0];
    if (!NAME(count_values)(codes, n, value, nvalues, count))
        return false;
    for (size_t v = 0; v < nvalues; v++) {
        for (size_t i = 0; i < count[v]; i++)
            codes[i] = value[v];
        codes += count[v];
    }
    return true;
}
