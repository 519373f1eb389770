namespace PbKv.Client;

/// <summary>
/// The operations: on texts, which are stored as UTF-8, and on bytes. A ValueTask of theirs is awaited once.
/// </summary>
public sealed partial class PbKvClient
{
    /// <summary>Stores the value under the key.</summary>
    public ValueTask PutAsync(
        string key,
        string value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Put, Utf8(key), Utf8(value), deadline, cancellationToken).Done;

    /// <inheritdoc cref="PutAsync(string, string, TimeSpan?, CancellationToken)"/>
    public ValueTask PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Put, Copy(key), Copy(value), deadline, cancellationToken).Done;

    /// <returns>The value, or "" for a key that is not there.</returns>
    public ValueTask<string> GetAsync(
        string key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Get, Utf8(key), default, deadline, cancellationToken).Text;

    /// <returns>The value, or no bytes for a key that is not there.</returns>
    public ValueTask<byte[]> GetAsync(
        ReadOnlyMemory<byte> key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Get, Copy(key), default, deadline, cancellationToken).Binary;

    /// <returns>The value, or null for a key that is not there.</returns>
    public ValueTask<string?> TryGetAsync(
        string key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Get, Utf8(key), default, deadline, cancellationToken, missingIsNull: true).Text!;

    /// <returns>The value, or null for a key that is not there.</returns>
    public ValueTask<byte[]?> TryGetAsync(
        ReadOnlyMemory<byte> key,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Get, Copy(key), default, deadline, cancellationToken, missingIsNull: true).Binary!;

    /// <summary>
    /// Stores the decimal text of the 32-bit FNV-1a hash over the previous value followed by this one.
    /// </summary>
    /// <returns>The previous value, or null where there was none.</returns>
    public ValueTask<string?> PutHashAsync(
        string key,
        string value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.PutHash, Utf8(key), Utf8(value), deadline, cancellationToken, missingIsNull: true).Text!;

    /// <inheritdoc cref="PutHashAsync(string, string, TimeSpan?, CancellationToken)"/>
    public ValueTask<byte[]?> PutHashAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.PutHash, Copy(key), Copy(value), deadline, cancellationToken, missingIsNull: true).Binary!;

    /// <summary>Adds to the end of the value; a key that is not there has an empty one.</summary>
    public ValueTask AppendAsync(
        string key,
        string value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Append, Utf8(key), Utf8(value), deadline, cancellationToken).Done;

    /// <inheritdoc cref="AppendAsync(string, string, TimeSpan?, CancellationToken)"/>
    public ValueTask AppendAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    ) => Begin(OperationKind.Append, Copy(key), Copy(value), deadline, cancellationToken).Done;
}
