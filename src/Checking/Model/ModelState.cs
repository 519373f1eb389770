using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// A state of a whole set-up. Everything in it is a number: nodes, messages and histories are kept once, in the
/// universe, because few different ones make up many different states.
/// </summary>
internal sealed class ModelState
{
    public const int Gone = -1;

    /// <summary>What the node of each slot is in; <see cref="Gone"/> where there is none.</summary>
    public required int[] Locals { get; init; }

    /// <summary>The messages in the network, sorted; one that is there twice stands twice.</summary>
    public required int[] Flight { get; init; }

    public required ModelBudget Budget { get; init; }

    /// <summary>Bit 8·from + to: nothing gets from one to the other.</summary>
    public ulong Cuts { get; init; }

    /// <summary>How many lives each slot had before this one, eight bits each.</summary>
    public ulong Lives { get; init; }

    /// <summary>What clients asked and were told.</summary>
    public int History { get; init; }

    /// <summary>What the view service wrote down.</summary>
    public int Memory { get; init; }

    public required ulong Fingerprint { get; init; }

    /// <summary>The place of this state in the list of all that were seen, which knows how it was reached.</summary>
    public int Number { get; set; }

    public int LivesOf(int slot) => (int)(Lives >> (8 * slot)) & 255;

    public bool IsCut(int from, int to) => (Cuts >> (8 * from + to) & 1) != 0;

    /// <summary>The parts that are not nodes or messages.</summary>
    public static ulong RestFingerprint(ModelBudget budget, ulong cuts, ulong lives, ulong history, int memory) =>
        Hashing.Mix(budget.Word ^ 0x8C5F6D1A2B3E4D77)
        + Hashing.Mix(cuts + 0x1D8E4E27C47D124F)
        + Hashing.Mix(lives ^ 0xEB44ACCAB455D165)
        + Hashing.Mix(history + 0x2545F4914F6CDD1D)
        + Hashing.Mix((ulong)memory + 0x9FB21C651E98DF25);
}
