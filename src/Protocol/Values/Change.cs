using System.Buffers.Text;
using System.Globalization;

namespace PbKv.Protocol;

/// <summary>When a <see cref="Change"/> is done.</summary>
internal enum ChangeCondition : byte
{
    None = 1,
    Absent = 2,
    Present = 3,

    /// <summary>Where the key has this value.</summary>
    Value = 4,

    /// <summary>Where the key was written last by the operation at this position; 0: where it is absent.</summary>
    Revision = 5,
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
/// <param name="Expected">What the condition compares with.</param>
/// <param name="Value">What is put.</param>
/// <param name="Amount">What is added.</param>
internal readonly record struct Change(
    ChangeCondition Condition,
    ChangeEffect Effect,
    bool WantsValue = false,
    long Revision = 0,
    Bytes Expected = default,
    Bytes Value = default,
    long Amount = 0
)
{
    internal Bytes Encode()
    {
        var writer = WireWriter.Rent();
        writer.Byte((byte)Condition);
        writer.Byte((byte)Effect);
        writer.Flag(WantsValue);
        if (Condition == ChangeCondition.Value)
            writer.Bytes(Expected);
        if (Condition == ChangeCondition.Revision)
            writer.Varint(Revision);
        if (Effect == ChangeEffect.Put)
            writer.Bytes(Value);
        if (Effect == ChangeEffect.Add)
            writer.Signed(Amount);
        return new Bytes(writer.TakeAll());
    }

    /// <returns>Null where no <see cref="Encode"/> wrote it.</returns>
    internal static Change? Read(Bytes encoded)
    {
        try
        {
            var reader = encoded.Reader();
            var condition = (ChangeCondition)reader.Enum((int)ChangeCondition.Revision, "condition");
            var effect = (ChangeEffect)reader.Enum((int)ChangeEffect.Add, "effect");
            var change = new Change(condition, effect, reader.Flag())
            {
                Expected = condition == ChangeCondition.Value ? reader.Bytes() : default,
                Revision = condition == ChangeCondition.Revision ? reader.Varint() : 0,
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

    /// <summary>The longest value that it holds: of each the usual limit counts.</summary>
    internal int LongestValue => Math.Max(Expected.Length, Value.Length);

    /// <summary>Whether it is done where the key is so; the value is null where the key is absent.</summary>
    internal bool Holds(Bytes? present, long revision) =>
        Condition switch
        {
            ChangeCondition.Absent => present is null,
            ChangeCondition.Present => present is not null,
            ChangeCondition.Value => present == Expected,
            ChangeCondition.Revision => revision == Revision,
            _ => true,
        };

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
    internal Bytes Encode()
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
    internal static Finding Read(Bytes encoded)
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
