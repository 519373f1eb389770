namespace PbKv.Client;

/// <summary>When a key is changed. Where the condition does not hold, nothing is.</summary>
public readonly struct PbKvCondition
{
    private readonly Condition _condition;

    private PbKvCondition(ConditionKind kind, long revision = 0, Bytes value = default) =>
        _condition = new Condition(kind, revision, value);

    /// <summary>No condition.</summary>
    public static PbKvCondition Always => default;

    /// <summary>The key is not there.</summary>
    public static PbKvCondition Absent => new(ConditionKind.Absent);

    /// <summary>The key is there.</summary>
    public static PbKvCondition Present => new(ConditionKind.Present);

    /// <summary>The key has this value; one that is not there has none.</summary>
    public static PbKvCondition ValueIs(string value) => new(ConditionKind.Value, value: PbKvClient.Utf8(value));

    /// <inheritdoc cref="ValueIs(string)"/>
    public static PbKvCondition ValueIs(ReadOnlyMemory<byte> value) =>
        new(ConditionKind.Value, value: Bytes.CopyOf(value.Span));

    /// <summary>
    /// The key was written last by the change of this revision: nobody else has written it since. 0: it is not there.
    /// </summary>
    public static PbKvCondition RevisionIs(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(revision);
        return new(ConditionKind.Revision, revision);
    }

    internal Bytes Put(Bytes value, bool returnPrevious) =>
        (Change(ChangeEffect.Put, returnPrevious) with { Value = value }).Encode();

    internal Bytes Delete(bool returnPrevious) => Change(ChangeEffect.Delete, returnPrevious).Encode();

    internal static Bytes Add(long amount) =>
        (Always.Change(ChangeEffect.Add, returnPrevious: false) with { Amount = amount }).Encode();

    private Change Change(ChangeEffect effect, bool returnPrevious) =>
        new(_condition == default ? Condition.None : _condition, effect, returnPrevious);
}
