namespace PbKv.CommandLine;

public static class ClientCalls
{
    /// <summary>One operation of the kind that somebody typed, or drew.</summary>
    /// <returns>The value of a Get or a PutHash, or null where there was none; an empty one for what answers
    /// nothing.</returns>
    public static async Task<byte[]?> RunAsync(
        this PbKvClient client,
        OperationKind kind,
        Bytes key,
        Bytes value,
        TimeSpan? deadline = null,
        CancellationToken cancellation = default
    )
    {
        switch (kind)
        {
            case OperationKind.Get:
                return await client.TryGetAsync(key.Memory, deadline, cancellation);
            case OperationKind.PutHash:
                return await client.PutHashAsync(key.Memory, value.Memory, deadline, cancellation);
            case OperationKind.Put:
                await client.PutAsync(key.Memory, value.Memory, deadline, cancellation);
                return [];
            case OperationKind.Append:
                await client.AppendAsync(key.Memory, value.Memory, deadline, cancellation);
                return [];
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "no operation of a client");
        }
    }
}
