namespace PbKv.Client;

/// <summary>
/// Operations that know revisions: those of keys are told, and keys are changed on a condition. Each is done once,
/// however often it is sent.
/// </summary>
public sealed partial class PbKvClient
{
    /// <returns>The value with its revision, or null for a key that is not there.</returns>
    public ValueTask<PbKvEntry?> GetEntryAsync(
        string key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Look, Utf8(key), default, deadline, cancellationToken).Entry;

    /// <inheritdoc cref="GetEntryAsync(string, TimeSpan?, CancellationToken)"/>
    public ValueTask<PbKvEntry?> GetEntryAsync(
        ReadOnlyMemory<byte> key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Look, Copy(key), default, deadline, cancellationToken).Entry;

    /// <summary>Stores the value under the key where the condition holds.</summary>
    /// <param name="returnPrevious">Whether to tell what was there before, or is there instead.</param>
    public ValueTask<PbKvChange> PutAsync(
        string key,
        string value,
        PbKvCondition condition,
        bool returnPrevious = false,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Utf8(key), condition.Put(Utf8(value), returnPrevious), deadline, cancellationToken).Change;

    /// <inheritdoc cref="PutAsync(string, string, PbKvCondition, bool, TimeSpan?, CancellationToken)"/>
    public ValueTask<PbKvChange> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        PbKvCondition condition,
        bool returnPrevious = false,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Copy(key), condition.Put(Copy(value), returnPrevious), deadline, cancellationToken).Change;

    /// <summary>Removes the key, where the condition holds; one that is not there stays away.</summary>
    /// <param name="returnPrevious">Whether to tell what was there before, or is there still.</param>
    public ValueTask<PbKvChange> DeleteAsync(
        string key,
        PbKvCondition condition = default,
        bool returnPrevious = false,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Utf8(key), condition.Delete(returnPrevious), deadline, cancellationToken).Change;

    /// <inheritdoc cref="DeleteAsync(string, PbKvCondition, bool, TimeSpan?, CancellationToken)"/>
    public ValueTask<PbKvChange> DeleteAsync(
        ReadOnlyMemory<byte> key,
        PbKvCondition condition = default,
        bool returnPrevious = false,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Copy(key), condition.Delete(returnPrevious), deadline, cancellationToken).Change;

    /// <summary>
    /// Adds to a decimal number of 64 bits with a sign, and stores the sum as text; a key that is not there counts as
    /// 0.
    /// </summary>
    public ValueTask<PbKvSum> IncrementAsync(
        string key,
        long amount = 1,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Utf8(key), PbKvCondition.Add(amount), deadline, cancellationToken).Sum;

    /// <inheritdoc cref="IncrementAsync(string, long, TimeSpan?, CancellationToken)"/>
    public ValueTask<PbKvSum> IncrementAsync(
        ReadOnlyMemory<byte> key,
        long amount = 1,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Change(Copy(key), PbKvCondition.Add(amount), deadline, cancellationToken).Sum;

    private Begun Change(Bytes key, Bytes change, TimeSpan? deadline, CancellationToken cancellation) =>
        Begin(OperationKind.Change, key, change, deadline, cancellation);
}
