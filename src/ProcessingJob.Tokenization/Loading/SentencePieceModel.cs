using ProcessingJob.Contract.Wire;
using ProcessingJob.Tokenization.Models;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>What is needed of a SentencePiece model; field numbers as in google/sentencepiece, src/sentencepiece_model.proto.</summary>
sealed class SentencePieceModel
{
    /// <summary>TrainerSpec.ModelType: 1 unigram, 2 bpe, 3 word, 4 char.</summary>
    public const int UnigramType = 1;

    const int ModelPieces = 1;
    const int ModelTrainerSpec = 2;
    const int ModelNormalizerSpec = 3;
    const int PieceToken = 1;
    const int PieceScore = 2;
    const int PieceType = 3;
    const int PieceTypeUnknown = 2;
    const int TrainerModelType = 3;
    const int NormalizerCharacterMap = 2;

    readonly List<(string Token, double Score)> _pieces = [];

    public (string Token, double Score)[] Pieces => [.. _pieces];

    public int Type { get; private set; } = UnigramType;

    public int UnknownId { get; private set; }

    /// <summary>precompiled_charsmap; empty where the model normalizes nothing.</summary>
    public byte[] CharacterMap { get; private set; } = [];

    public static SentencePieceModel Read(string path)
    {
        var model = new SentencePieceModel();
        try
        {
            model.ReadFields(File.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw Refusal.Broken(path, $"is no SentencePiece model: {e.Message}");
        }

        return model._pieces.Count > 0 ? model : throw Refusal.Broken(path, "is no SentencePiece model: it has no pieces");
    }

    void ReadFields(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case ModelPieces:
                    AddPiece(fields.Bytes);
                    break;
                case ModelTrainerSpec:
                    ReadTrainer(fields.Bytes);
                    break;
                case ModelNormalizerSpec:
                    ReadNormalizer(fields.Bytes);
                    break;
            }
        }
    }

    void AddPiece(ReadOnlySpan<byte> message)
    {
        var (token, score) = ("", 0f);
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case PieceToken:
                    token = fields.Text;
                    break;
                case PieceScore:
                    score = fields.Single;
                    break;
                case PieceType when fields.Number == PieceTypeUnknown:
                    UnknownId = _pieces.Count;
                    break;
            }
        }

        _pieces.Add((token, Score.OfSingle(score)));
    }

    void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            if (fields.Field == TrainerModelType)
            {
                Type = (int)fields.Number;
            }
        }
    }

    void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var fields = new ProtoReader(message);
        while (fields.Next())
        {
            if (fields.Field == NormalizerCharacterMap)
            {
                CharacterMap = fields.Bytes.ToArray();
            }
        }
    }
}
