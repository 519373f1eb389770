using System.Buffers.Text;
using System.Globalization;

namespace PbKv.Protocol;

internal enum ConditionKind : byte
{
    None = 1,
    Absent = 2,
    Present = 3,

    /// <summary>The key has this value.</summary>
    Value = 4,

    /// <summary>The key was written last by the operation at this position; 0: it is absent.</summary>
    Revision = 5,
}

/// <summary>What has to be so of a key.</summary>
internal readonly record struct Condition(ConditionKind Kind, long Revision = 0, Bytes Value = default)
{
    public static Condition None { get; } = new(ConditionKind.None);

    /// <param name="present">Null where the key is absent.</param>
    public bool Holds(Entry? present) =>
        Kind switch
        {
            ConditionKind.Absent => present is null,
            ConditionKind.Present => present is not null,
            ConditionKind.Value => present?.Value == Value,
            ConditionKind.Revision => (present?.Revisions.Last ?? 0) == Revision,
            _ => true,
        };

    public void Write(WireWriter writer)
    {
        writer.Byte((byte)Kind);
        if (Kind == ConditionKind.Value)
            writer.Bytes(Value);
        if (Kind == ConditionKind.Revision)
            writer.Varint(Revision);
    }

    public static Condition Read(ref WireReader reader)
    {
        var kind = (ConditionKind)reader.Enum((int)ConditionKind.Revision, "condition");
        return kind switch
        {
            ConditionKind.Value => new Condition(kind, 0, reader.Bytes()),
            ConditionKind.Revision => new Condition(kind, reader.Varint()),
            _ => new Condition(kind),
        };
    }
}

internal enum ChangeEffect : byte
{
    Put = 1,
    Delete = 2,

    /// <summary>To a decimal number of 64 bits with a sign; a missing one is 0.</summary>
    Add = 3,
}

/// <summary>
/// A change of one key on a condition, as it lies in the value of an operation. Whether it is done, and what it finds,
/// is a <see cref="Finding"/>.
/// </summary>
/// <param name="WantsValue">Of what it finds: a kept result holds it as long as the client wants it.</param>
/// <param name="Value">What is put.</param>
/// <param name="Amount">What is added.</param>
internal readonly record struct Change(
    Condition Condition,
    ChangeEffect Effect,
    bool WantsValue = false,
    Bytes Value = default,
    long Amount = 0
)
{
    /// <summary>The longest value that it holds: of each the usual limit counts.</summary>
    public int LongestValue => Math.Max(Condition.Value.Length, Value.Length);

    public Bytes Encode()
    {
        var writer = WireWriter.Rent();
        Condition.Write(writer);
        writer.Byte((byte)Effect);
        writer.Flag(WantsValue);
        if (Effect == ChangeEffect.Put)
            writer.Bytes(Value);
        if (Effect == ChangeEffect.Add)
            writer.Signed(Amount);
        return new Bytes(writer.TakeAll());
    }

    /// <returns>Null where no <see cref="Encode"/> wrote it.</returns>
    public static Change? Read(Bytes encoded)
    {
        try
        {
            var reader = encoded.Reader();
            var condition = Condition.Read(ref reader);
            var effect = (ChangeEffect)reader.Enum((int)ChangeEffect.Add, "effect");
            var change = new Change(condition, effect, reader.Flag())
            {
                Value = effect == ChangeEffect.Put ? reader.Bytes() : default,
                Amount = effect == ChangeEffect.Add ? reader.Signed() : 0,
            };
            return reader.More ? null : change;
        }
        catch (Exception failure) when (failure is WireFormatException or UnknownValueException)
        {
            return null;
        }
    }

    /// <summary>What it makes of a key, at that position.</summary>
    /// <param name="before">Null where the key is absent, and likewise afterwards.</param>
    public Finding Do(Bytes key, Entry? before, long position, out Entry? after)
    {
        after = before;
        var (outcome, value) = (ChangeOutcome.Done, Value);
        if (!Condition.Holds(before))
            outcome = ChangeOutcome.NotDone;
        else if (Effect == ChangeEffect.Add)
            outcome = Add(before?.Value, out value);
        var found = before?.Revisions ?? default;
        var previous = WantsValue ? before?.Value ?? default : default;
        if (outcome != ChangeOutcome.Done)
            return new Finding(outcome, before is not null, found.Last, found.Created, previous);
        var created = before is null ? position : found.Created;
        after =
            Effect == ChangeEffect.Delete
                ? null
                : new Entry(key, value) { Revisions = new Revisions(position, created) };
        return new Finding(
            outcome,
            before is not null,
            position,
            after is null ? 0 : created,
            Effect == ChangeEffect.Add ? value : previous
        );
    }

    /// <summary>The sum as text, or why there is none.</summary>
    internal ChangeOutcome Add(Bytes? present, out Bytes sum)
    {
        sum = default;
        long number = 0;
        if (present is { } text && !TryNumber(text.Span, out number))
            return ChangeOutcome.NotANumber;
        try
        {
            sum = TextOf(checked(number + Amount));
            return ChangeOutcome.Done;
        }
        catch (OverflowException)
        {
            return ChangeOutcome.Overflow;
        }
    }

    /// <summary>As it is written by <see cref="Add"/>: without a plus, spaces or zeros in front.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> text, out long number) =>
        Utf8Parser.TryParse(text, out number, out var read)
        && read == text.Length
        && TextOf(number).Span.SequenceEqual(text);

    private static Bytes TextOf(long number) => Bytes.Utf8(number.ToString(CultureInfo.InvariantCulture));
}

internal enum ChangeOutcome : byte
{
    Done = 1,

    /// <summary>The condition did not hold.</summary>
    NotDone = 2,

    /// <summary>There is something to which nothing can be added.</summary>
    NotANumber = 3,

    /// <summary>The sum has more than 64 bits.</summary>
    Overflow = 4,
}

/// <summary>How a <see cref="Change"/> ended, or what a Look saw, as it lies in the value of a result.</summary>
/// <param name="Existed">Whether the key was there before.</param>
/// <param name="Revision">Of a change that was done its own; else that of what is there, 0 where nothing is.</param>
/// <param name="Created">The revision since which the key has been there, after the operation; 0: it is not.</param>
/// <param name="Value">What was there before, where it was wanted; the sum of an addition.</param>
internal readonly record struct Finding(ChangeOutcome Outcome, bool Existed, long Revision, long Created, Bytes Value)
{
    public static Finding Of(Entry? entry) =>
        entry is { Revisions: var revisions, Value: var value }
            ? new(ChangeOutcome.Done, true, revisions.Last, revisions.Created, value)
            : new(ChangeOutcome.Done, false, 0, 0, default);

    public Bytes Encode()
    {
        var writer = WireWriter.Rent();
        writer.Byte((byte)Outcome);
        writer.Flag(Existed);
        writer.Varint(Revision);
        writer.Varint(Created);
        writer.Bytes(Value);
        return new Bytes(writer.TakeAll());
    }

    /// <exception cref="WireFormatException">No <see cref="Encode"/> wrote it.</exception>
    public static Finding Read(Bytes encoded)
    {
        var reader = encoded.Reader();
        return new Finding(
            (ChangeOutcome)reader.Enum((int)ChangeOutcome.Overflow, "outcome"),
            reader.Flag(),
            reader.Varint(),
            reader.Varint(),
            reader.Bytes()
        );
    }
}
