using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>What a <see cref="Transaction"/> compares.</summary>
internal readonly record struct Comparison(Bytes Key, Condition Condition) : IListed<Comparison>
{
    static int IListed<Comparison>.Smallest => 2;

    void IListed<Comparison>.Write(WireWriter writer)
    {
        writer.Bytes(Key);
        Condition.Write(writer);
    }

    static Comparison IListed<Comparison>.Read(ref WireReader reader) =>
        new(reader.Bytes(), Condition.Read(ref reader));
}

/// <summary>What a <see cref="Transaction"/> does to one key.</summary>
/// <param name="Change">Without a condition of its own; null: it looks at the key.</param>
internal readonly record struct Step(Bytes Key, Change? Change) : IListed<Step>
{
    static int IListed<Step>.Smallest => 2;

    /// <summary>Whether its finding holds a value.</summary>
    public bool WantsValue => Change is not { WantsValue: false };

    void IListed<Step>.Write(WireWriter writer)
    {
        writer.Bytes(Key);
        writer.Flag(Change is not null);
        Change?.Write(writer);
    }

    static Step IListed<Step>.Read(ref WireReader reader) =>
        new(reader.Bytes(), reader.Flag() ? Protocol.Change.Read(ref reader) : null);
}

/// <summary>
/// Where all comparisons hold, one list of steps is done, otherwise another: at one position, all of them or none. It
/// lies in the value of an operation without a key.
/// </summary>
internal sealed record Transaction(
    ImmutableArray<Comparison> Comparisons,
    ImmutableArray<Step> Then,
    ImmutableArray<Step> Else
)
{
    /// <summary>Of comparisons and of the steps of a branch.</summary>
    public const int Most = 128;

    public IEnumerable<Bytes> Keys =>
        Comparisons.Select(comparison => comparison.Key).Concat(Then.Concat(Else).Select(step => step.Key));

    public Bytes Encode()
    {
        var writer = WireWriter.Rent();
        writer.List(Comparisons);
        writer.List(Then);
        writer.List(Else);
        return new Bytes(writer.TakeAll());
    }

    /// <returns>Null where it is none, or has too much of something.</returns>
    public static Transaction? Read(Bytes encoded)
    {
        try
        {
            var reader = encoded.Reader();
            var read = new Transaction(reader.List<Comparison>(), reader.List<Step>(), reader.List<Step>());
            return !reader.More && read.IsWellFormed ? read : null;
        }
        catch (Exception failure) when (failure is WireFormatException or UnknownValueException)
        {
            return null;
        }
    }

    /// <param name="look">How a key was before.</param>
    /// <param name="after">How the keys are that it changes; null: absent.</param>
    public TransactionResult Do(Func<Bytes, Entry?> look, long position, out Dictionary<Bytes, Entry?> after)
    {
        var changed = new Dictionary<Bytes, Entry?>();
        var held = Comparisons.All(comparison => comparison.Condition.Holds(look(comparison.Key)));
        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (var (key, asked) in held ? Then : Else)
        {
            var before = changed.TryGetValue(key, out var entry) ? entry : look(key);
            if (asked is not { } change)
            {
                findings.Add(Finding.Of(before));
                continue;
            }
            var finding = change.Do(key, before, position, out var then);
            if (finding.Outcome != ChangeOutcome.Done)
            {
                after = [];
                return new TransactionResult(held, findings.Count, [finding]);
            }
            findings.Add(finding);
            changed[key] = then;
        }
        after = changed;
        return new TransactionResult(held, Failed: -1, findings.DrainToImmutable());
    }

    private bool IsWellFormed =>
        Comparisons.Length <= Most && Then.Length <= Most && Else.Length <= Most && Then.Concat(Else).All(IsPlain);

    private static bool IsPlain(Step step) =>
        step.Change is not { Condition.Kind: var condition } || condition == ConditionKind.None;
}

/// <summary>How a <see cref="Transaction"/> ended, as it lies in the value of a result.</summary>
/// <param name="Held">Whether all comparisons did.</param>
/// <param name="Failed">The step that found something to which nothing can be added, so that nothing was done: what it
/// found is the one finding. -1: all steps were done, and there is one for each.</param>
internal sealed record TransactionResult(bool Held, int Failed, ImmutableArray<Finding> Findings)
{
    public Bytes Encode()
    {
        var writer = WireWriter.Rent();
        writer.Flag(Held);
        writer.Signed(Failed);
        writer.List(Findings);
        return new Bytes(writer.TakeAll());
    }

    public static TransactionResult Read(Bytes encoded)
    {
        var reader = encoded.Reader();
        return new TransactionResult(reader.Flag(), (int)reader.Signed(), reader.List<Finding>());
    }
}
