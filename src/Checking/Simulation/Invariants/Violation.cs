namespace PbKv.Checking;

/// <summary>A promise of the protocol was broken.</summary>
/// <param name="Invariant">Which one, by the name of its class.</param>
/// <param name="Text">How, for people.</param>
public sealed record Violation(string Invariant, string Text)
{
    public override string ToString() => $"{Invariant}: {Text}";
}

/// <summary>Ends a run or a search where an invariant was seen broken.</summary>
internal sealed class ViolationException(Violation violation) : Exception(violation.ToString())
{
    public Violation Violation { get; } = violation;

    public static void Throw(string invariant, string text) =>
        throw new ViolationException(new Violation(invariant, text));
}
