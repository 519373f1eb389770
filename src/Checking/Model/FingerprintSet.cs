namespace PbKv.Checking;

/// <summary>64-bit fingerprints in a plain array: eight bytes a state, and a half of them empty at most.</summary>
internal sealed class FingerprintSet
{
    private ulong[] _slots = new ulong[1 << 16];

    public int Count { get; private set; }

    public bool Add(ulong fingerprint)
    {
        if (fingerprint == 0)
            fingerprint = 1;
        if (!Insert(_slots, fingerprint))
            return false;
        if (++Count * 2 > _slots.Length)
            Grow();
        return true;
    }

    private static bool Insert(ulong[] slots, ulong fingerprint)
    {
        var mask = slots.Length - 1;
        var place = (int)(fingerprint >> 7) & mask;
        while (slots[place] != 0)
        {
            if (slots[place] == fingerprint)
                return false;
            place = (place + 1) & mask;
        }
        slots[place] = fingerprint;
        return true;
    }

    private void Grow()
    {
        var larger = new ulong[_slots.Length * 2];
        foreach (var fingerprint in _slots)
        {
            if (fingerprint != 0)
                Insert(larger, fingerprint);
        }
        _slots = larger;
    }
}
