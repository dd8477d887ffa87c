import type {ComponentChild} from 'preact';
import {useRef, useState} from 'preact/hooks';
import {objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {ElementFrame} from './element-frame.tsx';
import {mostFiles, refusal, sizeOf, typesOf} from './file-types.ts';
import {addPendingFill} from './pending-fills.ts';
import {controlAttributes} from './place.ts';
import type {Place} from './place.ts';
import {useGiving} from './use-giving.tsx';

/** Files chosen or dropped; each is uploaded at once. */
export function FileInput({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const [uploading, setUploading] = useState<readonly string[]>([]);
	const [problem, setProblem] = useState<string>();
	const [over, setOver] = useState(false);
	const picker = useRef<HTMLInputElement>(null);
	const files = objectsField(giving.state, 'files');
	const give = async (next: readonly Json[]): Promise<Error | undefined> =>
		giving.give(
			next.map((each) => textField(each, 'id') ?? ''),
			{type: 'file_input', files: next},
		);

	async function take(chosen: readonly File[]): Promise<void> {
		setProblem(undefined);
		const taken: Json[] = [];
		for (const file of chosen) {
			const refused = refusal(element, file.name, files.length + taken.length);
			if (refused !== undefined) {
				setProblem(refused);
				continue;
			}
			setUploading((before) => [...before, file.name]);
			try {
				// One after the other, so that they keep their order.
				// oxlint-disable-next-line no-await-in-loop
				taken.push({id: await place.surface.upload(file), name: file.name, size: file.size});
			} catch (error) {
				setProblem(error instanceof Error ? error.message : String(error));
			}
			setUploading((before) => before.filter((each) => each !== file.name));
		}
		if (taken.length > 0) await give([...files, ...taken]);
	}
	const receive = (list: FileList | null | undefined): void => {
		const taking = take([...(list ?? [])]);
		const done = addPendingFill(place.surface.id, () => taking);
		void taking.finally(done);
	};
	const types = typesOf(element);
	return (
		<ElementFrame giving={giving} wide>
			<div
				class={`el-drop ${over ? 'el-drop-over' : ''}`}
				onDragOver={(event) => {
					event.preventDefault();
					event.stopPropagation();
					setOver(true);
				}}
				onDragLeave={() => setOver(false)}
				onDrop={(event) => {
					event.preventDefault();
					event.stopPropagation();
					setOver(false);
					receive(event.dataTransfer?.files);
				}}
			>
				<input
					ref={picker}
					{...controlAttributes(place, element)}
					class="el-file"
					type="file"
					multiple={mostFiles(element) > 1}
					accept={types.map((each) => `.${each}`).join(',')}
					onChange={(event) => {
						receive(event.currentTarget.files);
						event.currentTarget.value = '';
					}}
				/>
				<p class="el-drop-note">
					or drop {mostFiles(element) === 1 ? 'a file' : 'files'} here
					{types.length > 0 && ` (${types.map((each) => `.${each}`).join(', ')})`}
				</p>
			</div>
			{problem !== undefined && (
				<p class="el-error" role="alert">
					{problem}
				</p>
			)}
			<ul class="el-files">
				{files.map((file) => (
					<li key={textField(file, 'id')} class="el-file-row">
						<bdi class="el-file-name">{textField(file, 'name') ?? textField(file, 'id')}</bdi>
						<span class="el-file-size">{typeof file['size'] === 'number' && sizeOf(file['size'])}</span>
						<button
							type="button"
							class="el-chip-remove"
							aria-label={`Remove ${textField(file, 'name') ?? 'file'}`}
							onClick={() => {
								setProblem(undefined);
								picker.current?.focus();
								void give(files.filter((each) => each !== file));
							}}
						>
							<span aria-hidden="true">×</span>
						</button>
					</li>
				))}
				{uploading.map((name) => (
					<li key={name} class="el-file-row" aria-busy="true">
						<bdi class="el-file-name">{name}</bdi>
						<span class="el-file-size">Uploading …</span>
					</li>
				))}
			</ul>
		</ElementFrame>
	);
}
