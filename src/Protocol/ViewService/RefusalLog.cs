using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>What was refused lately: who is refused asks again ten times a second, and it is said once.</summary>
internal sealed class RefusalLog<T>
    where T : IEquatable<T>
{
    private const int Most = 64;

    private ImmutableArray<T> _said = [];

    public RefusalLog<T> Clone() => (RefusalLog<T>)MemberwiseClone();

    public bool IsNew(T refusal)
    {
        if (_said.Contains(refusal))
            return false;
        if (_said.Length == Most)
            _said = _said.RemoveAt(0);
        _said = _said.Add(refusal);
        return true;
    }
}
