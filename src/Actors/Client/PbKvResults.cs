using System.Text;

namespace PbKv.Client;

/// <summary>What a key holds.</summary>
public sealed class PbKvEntry
{
    private PbKvEntry(in Finding found) =>
        (Value, Revision, Created) = (found.Value.Memory, found.Revision, found.Created);

    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The value read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);

    /// <summary>
    /// Of the change that wrote it last. Later changes, of whatever key, have higher ones; between two of one key there
    /// may be any distance.
    /// </summary>
    public long Revision { get; }

    /// <summary>The revision since which the key has been there.</summary>
    public long Created { get; }

    internal static PbKvEntry? Of(Bytes result)
    {
        var found = Finding.Read(result);
        return found.Existed ? new PbKvEntry(found) : null;
    }
}

/// <summary>What came of a put or a delete.</summary>
public sealed class PbKvChange
{
    private PbKvChange(in Finding found)
    {
        (Done, Existed, Revision) = (found.Outcome == ChangeOutcome.Done, found.Existed, found.Revision);
        // Empty where it was not asked for.
        Previous = found.Value.Memory;
    }

    /// <summary>Whether the condition held; otherwise nothing was changed.</summary>
    public bool Done { get; }

    /// <summary>Of a change that was done its own; otherwise that of what is there, 0 where nothing is.</summary>
    public long Revision { get; }

    /// <summary>Whether the key was there before.</summary>
    public bool Existed { get; }

    /// <summary>
    /// What was there before, and still is where the change was not done; empty where nothing was, or where nobody
    /// asked for it.
    /// </summary>
    public ReadOnlyMemory<byte> Previous { get; }

    /// <summary>The same read as UTF-8.</summary>
    public string PreviousText => Encoding.UTF8.GetString(Previous.Span);

    internal static PbKvChange Of(Bytes result) => new(Finding.Read(result));
}

/// <summary>Whether there is a sum.</summary>
public enum PbKvSumOutcome
{
    Done = 1,

    /// <summary>The key holds something else than a decimal number of 64 bits: nothing was changed.</summary>
    NotANumber,

    /// <summary>The sum would have more than 64 bits: nothing was changed.</summary>
    Overflow,
}

/// <summary>What came of an addition.</summary>
public sealed class PbKvSum
{
    private readonly long _value;

    private PbKvSum(in Finding found)
    {
        Outcome = found.Outcome switch
        {
            ChangeOutcome.Done => PbKvSumOutcome.Done,
            ChangeOutcome.Overflow => PbKvSumOutcome.Overflow,
            _ => PbKvSumOutcome.NotANumber,
        };
        Revision = found.Revision;
        if (Outcome == PbKvSumOutcome.Done)
            _value = long.Parse(found.Value.Span);
    }

    public PbKvSumOutcome Outcome { get; }

    /// <summary>The sum.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public long Value =>
        Outcome == PbKvSumOutcome.Done ? _value : throw new InvalidOperationException($"there is no sum: {Outcome}");

    /// <summary>Of an addition that was done its own; otherwise that of what is there.</summary>
    public long Revision { get; }

    internal static PbKvSum Of(Bytes result) => new(Finding.Read(result));
}
