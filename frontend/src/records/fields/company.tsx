import { CompanyPicker } from '../../companies/company-picker.tsx';
import type { Frame } from './editable.tsx';
import { EditableGroup } from './group.tsx';

/** The company that a record belongs to. */
export function EditableCompany(frame: Frame<string | null>) {
  return (
    <EditableGroup {...frame}>
      {(editing) => (
        <CompanyPicker
          label={frame.label}
          labelHidden
          autoFocus
          value={editing.value}
          onChange={editing.set}
        />
      )}
    </EditableGroup>
  );
}
