namespace PbKv.Checking;

/// <summary>
/// What may still go wrong, and how often slow things may happen: what keeps the state graph of a set-up finite.
/// </summary>
internal enum Allowance
{
    Crash,
    Restart,

    /// <summary>A message is delivered and stays in the network.</summary>
    Repeat,

    /// <summary>The view service takes a live server for dead.</summary>
    Suspicion,

    Leave,
    ViewServiceRestart,
    ViewServiceForget,
    Cut,

    /// <summary>A tick of the view service comes late.</summary>
    Late,

    /// <summary>Ticks of the node in slot 0, and from here on of the others.</summary>
    Ticks,
}

/// <summary>Sixteen small numbers in one word.</summary>
internal readonly record struct ModelBudget(ulong Word)
{
    public int this[Allowance allowance] => (int)(Word >> Shift(allowance)) & 15;

    public int Ticks(int slot) => this[Allowance.Ticks + slot];

    public ModelBudget With(Allowance allowance, int count) =>
        new((Word & ~(15UL << Shift(allowance))) | ((ulong)Math.Clamp(count, 0, 15) << Shift(allowance)));

    public ModelBudget WithTicks(int slot, int count) => With(Allowance.Ticks + slot, count);

    public ModelBudget Less(Allowance allowance) => new(Word - (1UL << Shift(allowance)));

    private static int Shift(Allowance allowance) => 4 * (int)allowance;
}
