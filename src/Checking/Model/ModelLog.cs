namespace PbKv.Checking;

/// <summary>
/// The log that several view services keep together, as far as it matters to them: who leads it, and what that one
/// would like to be in it. What is in it is the state's memory.
/// </summary>
/// <param name="Word">The leader's slot plus one, and the number of a memory.</param>
internal readonly record struct ModelLog(ulong Word)
{
    private const int Bits = 16;

    /// <summary>-1 where nobody was chosen yet.</summary>
    public int Leader => (int)(Word & 0xFFFF) - 1;

    /// <summary>What its leader proposed, and nobody knows whether it is in the log; 0: nothing.</summary>
    public int Proposed => (int)(Word >> Bits);

    /// <summary>Nothing that was proposed to an earlier leader comes into the log any more.</summary>
    public static ModelLog LedBy(int slot) => new((ulong)(slot + 1));

    public ModelLog With(int proposed) => new((Word & 0xFFFF) | ((ulong)proposed << Bits));
}
