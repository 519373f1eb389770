using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The closed family of everything that nodes say to one another. A message is immutable. Its fingerprint covers every
/// field, by value (records that hold collections do not compare by value).
/// </summary>
public abstract record Message
{
    private protected Message() { }

    public abstract void AddTo(ref Fingerprint fingerprint);
}
