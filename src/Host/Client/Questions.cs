namespace PbKv.Host.Client;

/// <summary>An operation that waits for the cluster that is asked for it.</summary>
internal delegate Task<Answer> Question(ClusterClient cluster, CancellationToken cancellation);

/// <summary>Every operation that a command, or a line of the shell, asks for.</summary>
internal static class Questions
{
    /// <param name="otherwise">What to print where there is no value.</param>
    public static Question Get(Bytes key, string? otherwise = null) =>
        async (cluster, cancellation) =>
            new GetAnswer(await cluster.RunAsync(OperationKind.Get, key, default, cancellation), otherwise);

    /// <inheritdoc cref="Get"/>
    public static Question GetEntry(Bytes key, string? otherwise) =>
        async (cluster, cancellation) =>
            new EntryAnswer(
                PbKvEntry.Of(await ResultAsync(cluster, OperationKind.Look, key, default, cancellation)),
                otherwise
            );

    public static Question Put(Bytes key, Bytes value) => Done(OperationKind.Put, key, value);

    public static Question Append(Bytes key, Bytes value) => Done(OperationKind.Append, key, value);

    public static Question PutHash(Bytes key, Bytes value) =>
        async (cluster, cancellation) =>
            new ValueAnswer(await cluster.RunAsync(OperationKind.PutHash, key, value, cancellation));

    /// <param name="previous">Whether to tell what was there before, or is there instead.</param>
    public static Question Put(Bytes key, Bytes value, PbKvCondition condition, bool previous) =>
        Change(key, condition.Put(value, previous), previous);

    /// <inheritdoc cref="Put(Bytes, Bytes, PbKvCondition, bool)"/>
    public static Question Delete(Bytes key, PbKvCondition condition, bool previous) =>
        Change(key, condition.Delete(previous), previous);

    public static Question Increment(Bytes key, long amount) =>
        async (cluster, cancellation) =>
        {
            var change = PbKvCondition.Add(amount);
            var sum = PbKvSum.Of(await ResultAsync(cluster, OperationKind.Change, key, change, cancellation));
            return sum.Outcome switch
            {
                PbKvSumOutcome.Done => new SumAnswer(sum),
                PbKvSumOutcome.Overflow => throw new Failure(
                    nameof(PbKvSumOutcome.Overflow),
                    "nothing was added: the sum would have more than 64 bits"
                ),
                _ => throw new Failure(
                    nameof(PbKvSumOutcome.NotANumber),
                    "nothing was added: the value is no whole number of 64 bits, or not written as sums are"
                ),
            };
        };

    private static Question Done(OperationKind kind, Bytes key, Bytes value) =>
        async (cluster, cancellation) =>
        {
            await cluster.RunAsync(kind, key, value, cancellation);
            return new DoneAnswer();
        };

    private static Question Change(Bytes key, Bytes change, bool previous) =>
        async (cluster, cancellation) =>
            new ChangeAnswer(
                PbKvChange.Of(await ResultAsync(cluster, OperationKind.Change, key, change, cancellation)),
                previous
            );

    /// <summary>There always is one: also of what is not there, or not done.</summary>
    private static async Task<Bytes> ResultAsync(
        ClusterClient cluster,
        OperationKind kind,
        Bytes key,
        Bytes value,
        CancellationToken cancellation
    ) => (await cluster.RunAsync(kind, key, value, cancellation))!.Value;
}
